//! The form on which a gate is decided.

use super::decide::{Deciding, Submission};
use super::draft;
use super::gate_state::GateState;
use super::needs::{Circumstances, Freshness, Reading, own_vote};
use super::outcome::Refusal;
use super::summary::Consequences;
use super::titles::Titles;
use super::who::{not_for_you, who_may};
use crate::api::Failure;
use crate::api::stream::Connection;
use crate::components::{Field, ProblemPanel};
use crate::state::{Clock, Live};
use domain::ApprovalId;
use domain::approval::Decision;
use domain::contract::RationaleRule;
use leptos::{html, prelude::*};
use wire::{ProblemCode, RunResponse};

/// Rationale, Approve and Reject; what is still needed stands below the buttons.
#[component]
pub fn DecisionForm(
    run: Signal<RunResponse>,
    id: ApprovalId,
    deciding: Deciding,
    gate: RwSignal<GateState>,
    titles: Titles,
    /// Where the keys that lead to the form put the focus.
    first: NodeRef<html::Textarea>,
) -> impl IntoView {
    let freshness = freshness(deciding);
    let needs = move |decision| {
        deciding.approval.data.with(|approval| {
            let Some(approval) = approval else { return Vec::new() };
            let (freshness, user) = (freshness.get(), deciding.user());
            run.with(|run| {
                gate.with(|gate| Circumstances { run, approval, gate, freshness, user }.needs(decision))
            })
        })
    };
    let to_approve = Memo::new(move |_| needs(Decision::Approved));
    let to_reject = Memo::new(move |_| needs(Decision::Rejected));
    let rationale = RwSignal::new(draft::rationale(id));
    Effect::new(move |_| draft::keep_rationale(id, &rationale.get()));
    // The policy is frozen when the gate opens.
    let (must_explain, is_read) = deciding.approval.data.with_untracked(|approval| {
        let policy = approval.as_ref().map(|approval| &approval.policy);
        (
            policy.is_some_and(|policy| policy.rationale_on_reject == RationaleRule::Required),
            policy.is_some_and(|policy| policy.on_reject.step.is_some()),
        )
    });
    let label = if must_explain { "Rationale (required to reject)" } else { "Rationale (optional)" };
    let hint = if is_read {
        "After a rejection the repeated step reads it."
    } else {
        "It is kept with the decision."
    };
    // Work that goes back without a reason is a round lost: it is asked for once.
    let warned = RwSignal::new(false);
    let repeats = Memo::new(move |_| {
        deciding.approval.data.with(|approval| {
            approval.as_ref().is_some_and(|approval| approval.policy.on_reject.action == "retry_step")
        })
    });
    let fault = Memo::new(move |_| match deciding.submission.get() {
        Submission::Refused(failure) => rationale_fault(&failure),
        Submission::Idle if warned.get() && rationale.with(|text| text.trim().is_empty()) => Some(
            "The step that is repeated would get no reason. Say why, or press Reject once more.".to_owned(),
        ),
        Submission::Idle | Submission::Sending(_) | Submission::Unknown { .. } => None,
    });
    Effect::new(move |_| {
        if fault.get().is_some()
            && let Some(field) = first.get_untracked()
        {
            // The field is on the page: it takes the focus.
            let _ = field.focus();
        }
    });
    let busy = Memo::new(move |_| {
        matches!(deciding.submission.get(), Submission::Sending(_) | Submission::Unknown { .. })
    });
    let send = move |decision: Decision| {
        let needed = match decision {
            Decision::Approved => to_approve.get_untracked(),
            Decision::Rejected => to_reject.get_untracked(),
        };
        let digest = gate.with_untracked(|gate| gate.digest().cloned());
        if let (true, false, Some(digest)) = (needed.is_empty(), busy.get_untracked(), digest) {
            let says_nothing = rationale.with_untracked(|text| text.trim().is_empty());
            if decision == Decision::Rejected
                && says_nothing
                && repeats.get_untracked()
                && !warned.get_untracked()
            {
                warned.set(true);
                return;
            }
            deciding.send(decision, digest, &rationale.get_untracked());
        }
    };
    let text = move |decision, idle: &'static str, sending: &'static str| {
        move || if deciding.submission.get() == Submission::Sending(decision) { sending } else { idle }
    };
    let off = move |needed: Memo<Vec<String>>| {
        move || (busy.get() || needed.with(|needed| !needed.is_empty())).to_string()
    };
    let refused = Memo::new(move |_| run.with(|run| not_for_you(&run.allowed_actions)));
    let form = move || {
        view! {
            <form class="decision" aria-label="Decision" on:submit=move |event| event.prevent_default()>
                <h3>"Decision"</h3>
                <Consequences deciding titles />
                <Field id="rationale" label=label hint=hint fault=Signal::derive(move || fault.get())>
                    <textarea
                        id="rationale"
                        node_ref=first
                        rows="3"
                        maxlength="4000"
                        aria-describedby="rationale-hint rationale-fault"
                        aria-invalid=move || fault.get().is_some().to_string()
                        prop:value=rationale
                        on:input:target=move |event| rationale.set(event.target().value())
                    ></textarea>
                </Field>
                <div class="actions">
                    <button
                        type="button"
                        class="btn primary"
                        data-decision="approve"
                        aria-disabled=off(to_approve)
                        aria-describedby="needs-approve"
                        on:click=move |_| send(Decision::Approved)
                    >
                        {text(Decision::Approved, "Approve", "Submitting…")}
                    </button>
                    <button
                        type="button"
                        class="btn danger"
                        data-decision="reject"
                        aria-disabled=off(to_reject)
                        aria-describedby="needs-reject"
                        on:click=move |_| send(Decision::Rejected)
                    >
                        {text(Decision::Rejected, "Reject", "Submitting…")}
                    </button>
                </div>
                <Needs to_approve to_reject />
                <StaleData deciding freshness first />
                <Answer deciding />
            </form>
        }
    };
    move || match refused.get() {
        Some(detail) => view! { <NotForYou deciding titles detail /> }.into_any(),
        None => form().into_any(),
    }
}

/// Says that others decide here, and who.
#[component]
fn NotForYou(deciding: Deciding, titles: Titles, detail: String) -> impl IntoView {
    let who = move || {
        deciding.approval.data.with(|approval| approval.as_ref().map(|approval| who_may(&approval.policy)))
    };
    view! {
        <section class="decision" aria-labelledby="not-for-you">
            <h3 id="not-for-you">"Decision"</h3>
            <p>{detail}</p>
            <p>{who}</p>
            <Consequences deciding titles />
        </section>
    }
}

/// What is still needed, once where both decisions need the same.
#[component]
fn Needs(to_approve: Memo<Vec<String>>, to_reject: Memo<Vec<String>>) -> impl IntoView {
    let list = |needed: Vec<String>| view! { <ul>{needed.into_iter().map(|need| view! { <li>{need}</li> }).collect_view()}</ul> };
    let same = Memo::new(move |_| to_approve.get() == to_reject.get());
    let part = move |id: &'static str, needed: Memo<Vec<String>>, heading: &'static str| {
        view! {
            <div id=id class="needs">
                {move || (!needed.with(Vec::is_empty)).then(|| {
                    let heading = if same.get() { "Still needed" } else { heading };
                    view! { <p>{heading}": "</p> {list(needed.get())} }
                })}
            </div>
        }
    };
    view! {
        {part("needs-approve", to_approve, "Still needed to approve")}
        // Where both need the same it is read for this button too, but written once.
        <div class:visually-hidden=same>{part("needs-reject", to_reject, "Still needed to reject")}</div>
    }
}

/// Offers to read the gate again while events do not arrive.
#[component]
fn StaleData(
    deciding: Deciding,
    freshness: Memo<Freshness>,
    first: NodeRef<html::Textarea>,
) -> impl IntoView {
    let stale = Memo::new(move |_| freshness.get() != Freshness::Fresh);
    let check = move |_| {
        deciding.approval.refetch();
        if let Some(field) = first.get_untracked() {
            // The button goes when the gate was read: the focus stays with the form.
            let _ = field.focus();
        }
    };
    move || {
        stale.get().then(|| {
            view! {
                <p class="actions">
                    <button type="button" class="btn" on:click=check>"Check for newer evidence"</button>
                </p>
            }
        })
    }
}

/// What came of the decision that was sent.
#[component]
fn Answer(deciding: Deciding) -> impl IntoView {
    let again = move |_| deciding.send_again();
    move || match deciding.submission.get() {
        Submission::Idle | Submission::Sending(_) => None,
        Submission::Unknown { decision, looked } => {
            let word = match decision {
                Decision::Approved => "approval",
                Decision::Rejected => "rejection",
            };
            let detail = if looked {
                format!("The server answers again and has no {word} of yours on record so far.")
            } else {
                "The server did not answer. The gate is being read until it does.".to_owned()
            };
            Some(
                view! {
                    <div class="problem" data-submission="unknown">
                        <p class="problem-title">"We do not know yet whether this was recorded"</p>
                        <p>{detail}" Sending it again cannot count twice."</p>
                        <p class="problem-actions">
                            <button type="button" class="btn" on:click=again>"Send again"</button>
                        </p>
                    </div>
                }
                .into_any(),
            )
        }
        Submission::Refused(failure) => refused(deciding, failure),
    }
}

fn refused(deciding: Deciding, failure: Failure) -> Option<AnyView> {
    match Refusal::of(&failure) {
        // It stands at the field.
        Refusal::RationaleRequired => None,
        Refusal::Stale => Some(
            view! {
                <div class="problem" data-submission="stale">
                    <p class="problem-title">"The evidence changed since you read it"</p>
                    <p>"Nothing was decided. Read the evidence as it is now; what you wrote is kept."</p>
                </div>
            }
            .into_any(),
        ),
        Refusal::Decided => {
            let own = deciding.approval.data.with(|approval| {
                let approval = approval.as_ref()?;
                let digest = approval.evidence.digest.as_ref();
                own_vote(approval, deciding.user(), digest).map(|vote| vote.decision)
            });
            // Where this person's own vote stands, the list above says so.
            own.is_none().then(|| view! { <ProblemPanel failure=failure /> }.into_any())
        }
        Refusal::Unknown | Refusal::Other => Some(view! { <ProblemPanel failure=failure /> }.into_any()),
    }
}

fn rationale_fault(failure: &Failure) -> Option<String> {
    let problem = failure.problem()?;
    let at_field = problem.errors.iter().find(|fault| fault.pointer == "/rationale");
    match (at_field, problem.code) {
        (Some(fault), _) => Some(fault.detail.clone()),
        (None, ProblemCode::RationaleRequired) => Some(problem.detail.clone()),
        (None, _) => None,
    }
}

/// Whether the page shows what the server has, moment by moment.
fn freshness(deciding: Deciding) -> Memo<Freshness> {
    let (live, clock) = (expect_context::<Live>(), expect_context::<Clock>());
    let is_paused = Memo::new(move |_| {
        live.stream.get().is_some_and(|stream| {
            stream
                .connection
                .with(|connection| matches!(connection, Connection::Waiting { .. } | Connection::Refused(_)))
        })
    });
    let paused_at_ms = Memo::new(move |_| is_paused.get().then(js_sys::Date::now));
    Memo::new(move |_| {
        let gate = deciding.approval;
        let reading = match (gate.failure.with(Option::is_some), gate.read_at_ms.get()) {
            (false, Some(at_ms)) => Reading::Done { at_ms },
            (_, _) => Reading::Failed,
        };
        let paused_at_ms = paused_at_ms.get();
        if paused_at_ms.is_some() {
            // A reading does not stand for ever.
            clock.now_ms.track();
        }
        Freshness::of(paused_at_ms, reading, js_sys::Date::now())
    })
}
