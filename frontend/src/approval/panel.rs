//! The panel of one gate.

use super::blocked::{Blocked, Refresh};
use super::decide::Deciding;
use super::draft;
use super::evidence::{Changes, Marking, Risks, Seeing, TestResults};
use super::form::DecisionForm;
use super::gate_state::GateState;
use super::keys::is_typing;
use super::record::{Record, sentence};
use super::rejection::LastRejection;
use super::summary::Summary;
use super::titles::Titles;
use crate::api::{RunPath, use_api};
use crate::components::{DigestText, Loaded, StatusBadge, StatusKind};
use crate::state::{Announcer, Inbox, Query};
use domain::ApprovalId;
use domain::approval::ApprovalStatus;
use leptos::{ev, html, prelude::*};
use wire::{ApprovalResponse, RunResponse};

/// How a gate stands, as far as it changes what the panel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Pending,
    Blocked,
    Closed,
}

impl From<ApprovalStatus> for Stage {
    fn from(status: ApprovalStatus) -> Self {
        match status {
            ApprovalStatus::Pending => Self::Pending,
            ApprovalStatus::Blocked => Self::Blocked,
            ApprovalStatus::Approved
            | ApprovalStatus::Rejected
            | ApprovalStatus::Expired
            | ApprovalStatus::Cancelled => Self::Closed,
        }
    }
}

/// How a gate came to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arrival {
    #[default]
    WithThePage,
    /// The work came back after a rejection: whoever was reading is led to the new gate.
    InPlaceOfAnother,
}

/// Shows a gate with its evidence, and takes the decision.
#[component]
pub fn ApprovalPanel(
    /// The gate's run; it says what the caller may do.
    run: Signal<RunResponse>,
    approval: ApprovalId,
    /// The events of the run seen so far: the gate is read again when they change.
    events_seen: Signal<i64>,
    /// The gate was decided or refreshed here.
    on_change: Callback<()>,
    #[prop(optional)] arrival: Arrival,
) -> impl IntoView {
    let api = use_api();
    let path = run.with_untracked(|run| RunPath { project: run.project_id, run: run.id });
    let query = Query::new(move || {
        // A memo that is only tracked never looks at its sources: it must be read.
        events_seen.get();
        async move { api.get_approval(path, approval).await }
    });
    view! {
        <section class="panel approval" aria-labelledby="gate-title" data-approval=approval.to_string()>
            <Loaded query=query rows=6 let:data>
                <Gate run path approval=data query on_change arrival />
            </Loaded>
        </section>
    }
}

#[component]
fn Gate(
    run: Signal<RunResponse>,
    path: RunPath,
    approval: Signal<ApprovalResponse>,
    query: Query<ApprovalResponse>,
    on_change: Callback<()>,
    arrival: Arrival,
) -> impl IntoView {
    let (announcer, inbox) = (expect_context::<Announcer>(), expect_context::<Inbox>());
    let (id, step) = approval.with_untracked(|approval| (approval.id, approval.step.to_string()));
    let stage = Memo::new(move |_| approval.with(|approval| Stage::from(approval.status)));
    let kind = Signal::derive(move || approval.with(|approval| StatusKind::from(approval.status)));
    let digest = Memo::new(move |_| approval.with(|approval| approval.evidence.digest.clone()));
    let gate = RwSignal::new(GateState::new(digest.get_untracked()));
    Effect::new(move |_| gate.update(|gate| gate.turn_to(digest.get())));
    let title = NodeRef::<html::H2>::new();
    let on_recorded = Callback::new(move |()| {
        draft::keep_rationale(id, "");
        if approval.with_untracked(|approval| approval.outcome.is_none()) {
            announcer.polite.set("Your decision counts".to_owned());
        }
        if let Some(title) = title.get_untracked() {
            // The form may be gone: the focus stays with the gate.
            let _ = title.focus();
        }
        inbox.open.refetch();
        on_change.run(());
    });
    title.on_load(move |title| {
        let focused = document().active_element().map(|element| element.tag_name());
        if arrival == Arrival::InPlaceOfAnother && focused.is_none_or(|name| name == "BODY") {
            // The gate that held the focus is gone.
            let _ = title.focus();
        }
    });
    let round =
        approval.with_untracked(|approval| approval.policy.on_reject.round.filter(|round| *round > 1));
    let deciding = Deciding::new((path, id), query, on_recorded);
    let titles = Titles::read(path);
    let form = NodeRef::<html::Textarea>::new();
    lead_to(form);
    let may_refresh = Memo::new(move |_| {
        run.with(|run| run.allowed_actions.iter().any(|action| action.action == "refresh" && action.allowed))
    });
    let evidence = move |marking| {
        // Other evidence is another view: nothing of the old one stays.
        move || {
            let digest = digest.get();
            gate.update(|gate| gate.turn_to(digest.clone()));
            let seeing = Seeing { gate, digest: StoredValue::new(digest), marking };
            view! { <Evidence seeing path approval=approval.get_untracked() query /> }
        }
    };
    // The evidence of a closed gate is loaded when somebody wants it.
    let wanted = RwSignal::new(false);
    Effect::new(move |before: Option<Stage>| {
        let now = stage.get();
        if now == Stage::Closed && before.is_some_and(|before| before != now) {
            let said = approval.with_untracked(|approval| approval.outcome.as_ref().map(sentence));
            announcer.polite.set(said.unwrap_or_default());
        }
        now
    });
    let content = move || {
        match stage.get() {
        Stage::Pending => view! {
            <div class="gate-columns">
                <div class="gate-evidence">{evidence(Marking::Asked)}</div>
                <div class="gate-decision"><div class="gate-sticky">
                    <DecisionForm run id deciding gate titles first=form />
                    {move || may_refresh.get().then(|| view! {
                        <Refresh path id deciding class="btn quiet" on_change />
                    })}
                </div></div>
            </div>
        }
        .into_any(),
        Stage::Blocked => view! {
            <Blocked approval>
                <Refresh path id deciding class="btn primary" on_change />
            </Blocked>
            <DecisionForm run id deciding gate titles first=form />
        }
        .into_any(),
        Stage::Closed => view! {
            <details class="gate-closed" on:toggle:target=move |event| wanted.set(event.target().has_attribute("open"))>
                <summary>"Evidence that was decided on"</summary>
                {move || wanted.get().then(|| evidence(Marking::Free))}
            </details>
        }
        .into_any(),
    }
    };
    view! {
        <header class="gate-head">
            <h2 id="gate-title" node_ref=title tabindex="-1">
                "Approval: " <code>{step}</code> {round.map(|round| format!(", round {round}"))}
            </h2>
            <StatusBadge kind />
            {move || digest.get().map(|digest| view! {
                <span class="muted">"evidence " <DigestText digest=digest.to_string() name="evidence digest" /></span>
            })}
        </header>
        <Record approval />
        {(round.is_some()).then(|| view! { <LastRejection path approval=approval.get_untracked() /> })}
        <Summary run approval />
        {content}
    }
}

#[component]
fn Evidence(
    seeing: Seeing,
    path: RunPath,
    approval: ApprovalResponse,
    query: Query<ApprovalResponse>,
) -> impl IntoView {
    let evidence = approval.evidence;
    let notes = evidence.risk_notes.clone().unwrap_or_default();
    let on_other = Callback::new(move |()| query.refetch());
    view! {
        <Risks seeing notes=evidence.risk_notes />
        <TestResults seeing summary=evidence.test_summary />
        <Changes seeing path summary=evidence.diff_summary notes on_other />
    }
}

/// Lets `Shift+A` and `Shift+R` put the focus on the form; they never send it.
fn lead_to(form: NodeRef<html::Textarea>) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let wanted = event.shift_key() && matches!(event.key().as_str(), "A" | "R");
        if let (true, false, Some(form)) = (wanted, is_typing(&event), form.get_untracked()) {
            event.prevent_default();
            // The field is on the page: it takes the focus.
            let _ = form.focus();
        }
    });
    on_cleanup(move || listener.remove());
}
