//! What a gate decides: where the change goes, what follows, and what the policy asks.

use super::consequence::{Consequence, approvals, of_approval, of_rejection};
use super::decide::Deciding;
use super::titles::Titles;
use super::who::{approved_by, who_may};
use crate::components::When;
use crate::state::{Clock, duration};
use crate::text::visible;
use domain::Timestamp;
use domain::approval::ApprovalStatus;
use domain::contract::{RationaleRule, StepKey};
use domain::evidence::Destination;
use domain::project::ShipMode;
use leptos::prelude::*;
use wire::{ApprovalResponse, PolicyResponse, RunResponse};

/// What is asked, of whom, and since when.
#[component]
pub fn Summary(run: Signal<RunResponse>, approval: Signal<ApprovalResponse>) -> impl IntoView {
    let destination = Memo::new(move |_| approval.with(|approval| approval.destination.clone()));
    let is_blocked = Memo::new(move |_| approval.with(|approval| approval.status == ApprovalStatus::Blocked));
    let times = Memo::new(move |_| approval.with(|approval| (approval.requested_at, approval.expires_at)));
    let policy = Memo::new(move |_| approval.with(|approval| approval.policy.clone()));
    let given = Memo::new(move |_| approval.with(approvals));
    let voters = Memo::new(move |_| approval.with(approved_by));
    let is_open = Memo::new(move |_| approval.with(|approval| approval.outcome.is_none()));
    let starter = Memo::new(move |_| {
        run.with(|run| run.initiating_actor.name.clone().unwrap_or_else(|| "the runtime".to_owned()))
    });
    let wanted = run.with_untracked(asked_for);
    view! {
        <dl class="kv gate-facts">
            <div><dt>"Destination"</dt><dd>{move || if is_blocked.get() { "not known while the gate is blocked".into_any() } else { ships_to(destination.get()) }}</dd></div>
            {wanted.map(|wanted| view! { <div><dt>"Asked for"</dt><dd>{wanted}</dd></div> })}
            <div><dt>"Since"</dt><dd><When at=times.get_untracked().0 /> ", run started by " {starter}</dd></div>
            {move || times.get().1.map(|at| view! { <div><dt>"Expires"</dt><dd><Expiry at is_open=is_open.get() /></dd></div> })}
            <div>
                <dt>"Approvals"</dt>
                <dd>
                    {move || format!("{} of {}", given.get(), policy.get().required_approvals)}
                    {move || voters.get().map(|names| format!(": {names}"))}
                    <span class="muted">{move || format!(" · {}", rules(&policy.get()))}</span>
                </dd>
            </div>
            <div><dt>"Who may decide"</dt><dd data-fact="approvers">{move || who_may(&policy.get())}</dd></div>
        </dl>
    }
}

/// The run's inputs in one line, so that a reviewer sees the task beside the change; `None` without any.
fn asked_for(run: &RunResponse) -> Option<String> {
    const SHOWN: usize = 300;
    let inputs = run.inputs.as_object()?.values();
    let texts: Vec<&str> =
        inputs.filter_map(|value| value.as_str()).filter(|text| !text.is_empty()).collect();
    let whole = visible::shown(&texts.join(" · "));
    let short: String = whole.chars().take(SHOWN).collect();
    let more = if short.len() < whole.len() { " …" } else { "" };
    (!short.is_empty()).then(|| format!("{short}{more}"))
}

fn ships_to(destination: Option<Destination>) -> AnyView {
    match destination {
        None => "nothing is shipped".into_any(),
        Some(Destination { remote, branch, mode }) => {
            let how = match mode {
                ShipMode::Push => "push",
                ShipMode::DryRun => "dry run: kept as a bundle, nothing is pushed",
            };
            view! { <code>{remote}</code> " " <code class="branch">{branch}</code> <span class="muted">{format!(" · {how}")}</span> }
                .into_any()
        }
    }
}

/// The rules of the policy that a person may meet.
fn rules(policy: &PolicyResponse) -> String {
    let own = if policy.allow_self_approval {
        "whoever started the run may approve"
    } else {
        "whoever started the run may not approve"
    };
    let rationale = match policy.rationale_on_reject {
        RationaleRule::Optional => "a rejection may give reasons",
        RationaleRule::Required => "a rejection must give reasons",
    };
    format!("{own} · {rationale}")
}

#[component]
fn Expiry(at: Timestamp, is_open: bool) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let left = move || {
        let left_ms = at.micros() / 1_000 - clock.now_ms.get();
        match u64::try_from(left_ms) {
            Ok(left_ms) => format!("in {}; the run is then cancelled", duration(left_ms)),
            Err(_) => "now: the run is being cancelled".to_owned(),
        }
    };
    view! {
        <time datetime=at.to_string() title=move || clock.exact(at)>
            {move || if is_open { left() } else { clock.exact(at) }}
        </time>
    }
}

/// What follows from approving and from rejecting.
#[component]
pub fn Consequences(deciding: Deciding, titles: Titles) -> impl IntoView {
    let both = Memo::new(move |_| {
        deciding.approval.data.with(|approval| {
            approval.as_ref().map(|approval| (of_approval(approval), of_rejection(approval)))
        })
    });
    view! {
        <dl class="consequences">
            <div><dt>"If you approve"</dt><dd>{move || both.get().map(|both| tell(both.0, titles))}</dd></div>
            <div><dt>"If you reject"</dt><dd>{move || both.get().map(|both| tell(both.1, titles))}</dd></div>
        </dl>
    }
}

fn tell(consequence: Consequence, titles: Titles) -> AnyView {
    match consequence {
        Consequence::Continues(steps) if steps.is_empty() => "→ the run is completed".into_any(),
        Consequence::Continues(steps) => view! { "→ " {chain(steps, titles)} }.into_any(),
        Consequence::Counts { more: 1 } => "→ your approval counts; 1 more is needed".into_any(),
        Consequence::Counts { more } => format!("→ your approval counts; {more} more are needed").into_any(),
        Consequence::Repeats { steps, round, max_rounds } => {
            view! { "→ " {chain(steps, titles)} <span class="muted">{format!(" (round {round} of {max_rounds})")}</span> }
                .into_any()
        }
        Consequence::Cancels { exhausted: None } => "→ the run is cancelled".into_any(),
        Consequence::Cancels { exhausted: Some(rounds) } => {
            format!("→ the run is cancelled: all {rounds} rounds of rework are used up").into_any()
        }
    }
}

fn chain(steps: Vec<StepKey>, titles: Titles) -> impl IntoView {
    steps
        .into_iter()
        .enumerate()
        .map(|(index, step)| view! { {(index > 0).then_some(", ")}{titles.name(&step)} })
        .collect_view()
}
