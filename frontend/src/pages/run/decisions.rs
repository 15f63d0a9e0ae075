//! Every gate that the run opened, round by round.

use super::view::RunView;
use super::words;
use crate::api::use_api;
use crate::components::{DigestText, Empty, Loaded, StatusBadge, StatusKind, When};
use crate::state::Query;
use crate::text::visible;
use domain::approval::Decision;
use leptos::prelude::*;
use wire::{ApprovalList, ApprovalResponse, VoteResponse};

/// The gates of the run, newest first, with who decided what and why.
#[component]
pub fn Decisions(view: RunView) -> impl IntoView {
    let api = use_api();
    let gates = Query::new(move || {
        view.changed.track();
        async move { api.list_run_approvals(view.path).await }
    });
    view! {
        <section class="decisions" aria-labelledby="decisions-title">
            <h2 id="decisions-title">"Decisions"</h2>
            <Loaded query=gates rows=3 let:list>
                {move || list.with(gates_of)}
            </Loaded>
        </section>
    }
}

fn gates_of(list: &ApprovalList) -> AnyView {
    if list.items.is_empty() {
        return view! {
            <Empty title="No gate has opened yet"><p>"A run stops at a gate before anything is shipped."</p></Empty>
        }
        .into_any();
    }
    let gates = list.items.iter().enumerate().rev();
    view! { <ol class="stack">{gates.map(|(index, gate)| view! { <Gate gate=gate.clone() round=index + 1 /> }).collect_view()}</ol> }
        .into_any()
}

#[component]
fn Gate(gate: ApprovalResponse, round: usize) -> impl IntoView {
    let ended = gate.outcome.clone().and_then(|outcome| {
        let by = outcome
            .decided_by
            .as_ref()
            .map_or_else(|| "by the runtime".to_owned(), |actor| format!("by {}", words::of_actor(actor)));
        outcome.at.map(|at| (at, by))
    });
    let is_undecided = gate.decisions.is_empty();
    view! {
        <li class="panel round" data-approval=gate.id.to_string()>
            <div class="round-head">
                <h3>{format!("Round {round} · ")}<code>{gate.step.to_string()}</code></h3>
                <StatusBadge kind=Signal::stored(StatusKind::from(gate.status)) />
            </div>
            <p class="muted">
                "Opened "<When at=gate.requested_at />
                {ended.map(|(at, by)| view! { " · ended "<When at=at />{format!(" {by}")} })}
            </p>
            {gate.diagnostics.into_iter().map(|diagnostic| view! {
                <p>{visible::shown(&diagnostic.detail)}" "{diagnostic.remediation}</p>
            }).collect_view()}
            {is_undecided.then(|| view! { <p class="muted">"Nobody has decided."</p> })}
            <ul class="votes">
                {gate.decisions.into_iter().map(|vote| view! { <Vote vote=vote /> }).collect_view()}
            </ul>
        </li>
    }
}

#[component]
fn Vote(vote: VoteResponse) -> impl IntoView {
    let (kind, word) = match vote.decision {
        Decision::Approved => (StatusKind::Completed, "approved"),
        Decision::Rejected => (StatusKind::Rejected, "rejected"),
    };
    view! {
        <li class="vote" data-s=kind.key()>
            <p>
                <strong>{words::of_actor(&vote.actor)}</strong>" "{word}" "<When at=vote.at />
                " on evidence "<DigestText digest=vote.evidence_digest.to_string() name="evidence digest" />
            </p>
            {match vote.rationale {
                Some(text) if !text.is_empty() => view! { <blockquote>{visible::shown(&text)}</blockquote> }.into_any(),
                Some(_) | None => view! { <p class="muted">"Without a rationale."</p> }.into_any(),
            }}
        </li>
    }
}
