//! Why the work came back.

use crate::api::{RunPath, use_api};
use crate::components::When;
use crate::state::Query;
use crate::text::visible;
use domain::approval::{ApprovalStatus, Decision};
use leptos::prelude::*;
use wire::{ApprovalList, ApprovalResponse, VoteResponse};

/// The rejection that led to this round of a gate: what whoever decides now looks for in the change.
#[component]
pub fn LastRejection(path: RunPath, approval: ApprovalResponse) -> impl IntoView {
    let api = use_api();
    let gates = Query::new(move || async move { api.list_run_approvals(path).await });
    move || {
        let vote = gates.data.with(|gates| last_rejection(gates.as_ref()?, &approval))?;
        let by = vote.actor.name.clone().unwrap_or_else(|| "somebody".to_owned());
        Some(view! {
            <section class="last-rejection" aria-label="Why the work came back" data-rejection="">
                <p><strong>{by}</strong>" sent the work back "<When at=vote.at />{vote.rationale.is_none().then_some(", without a reason")}</p>
                {vote.rationale.map(|text| view! { <blockquote class="rationale">{visible::shown(&text)}</blockquote> })}
            </section>
        })
    }
}

/// The newest rejection of the same gate before this opening of it.
fn last_rejection(gates: &ApprovalList, now: &ApprovalResponse) -> Option<VoteResponse> {
    let earlier = gates.items.iter().filter(|gate| {
        gate.step == now.step
            && gate.status == ApprovalStatus::Rejected
            && gate.requested_at < now.requested_at
    });
    let newest = earlier.max_by_key(|gate| gate.requested_at)?;
    newest.decisions.iter().rev().find(|vote| vote.decision == Decision::Rejected).cloned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use domain::Timestamp;

    #[test]
    fn the_newest_rejection_before_this_round_is_found() {
        let gate = |micros: i64, status: ApprovalStatus, reason: &str| {
            let mut vote = sample::vote(Decision::Rejected, sample::digest());
            vote.rationale = Some(reason.to_owned());
            ApprovalResponse {
                status,
                requested_at: Timestamp::from_micros(micros),
                decisions: vec![vote],
                ..sample::approval()
            }
        };
        let now = gate(30, ApprovalStatus::Pending, "now");
        let items = vec![
            gate(10, ApprovalStatus::Rejected, "first"),
            gate(20, ApprovalStatus::Rejected, "second"),
            now.clone(),
        ];
        let list = ApprovalList { items, next_cursor: None };
        assert_eq!(last_rejection(&list, &now).and_then(|vote| vote.rationale).as_deref(), Some("second"));
        assert_eq!(last_rejection(&ApprovalList { items: vec![now.clone()], next_cursor: None }, &now), None);
    }
}
