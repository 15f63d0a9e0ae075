//! Who decided what.

use crate::components::{DigestText, When};
use crate::text::visible;
use domain::Actor;
use domain::approval::ApprovalStatus;
use leptos::prelude::*;
use wire::{ApprovalResponse, OutcomeResponse, VoteResponse};

/// How the gate ended, if it did, and every vote.
#[component]
pub fn Record(approval: Signal<ApprovalResponse>) -> impl IntoView {
    let outcome = Memo::new(move |_| approval.with(|approval| approval.outcome.clone()));
    let votes = Memo::new(move |_| approval.with(|approval| approval.decisions.clone()));
    let current = Memo::new(move |_| approval.with(|approval| approval.evidence.digest.clone()));
    let item = move |vote: VoteResponse| {
        let is_current = current.with(|current| current.as_ref() == Some(&vote.evidence_digest));
        let VoteResponse { decision, actor, at, rationale, evidence_digest } = vote;
        view! {
            <li data-vote=decision.as_str()>
                <p>
                    <strong>{name(&actor)}</strong>" "{decision.as_str()}" "<When at />" on evidence "
                    <DigestText digest=evidence_digest.to_string() name="evidence digest" />
                    {(!is_current).then(|| view! { <span class="muted">" (older evidence: does not count)"</span> })}
                </p>
                {rationale.map(|text| view! { <blockquote class="rationale">{visible::shown(&text)}</blockquote> })}
            </li>
        }
    };
    view! {
        {move || outcome.get().map(|outcome| {
            let (sentence, at) = (sentence(&outcome), outcome.at);
            view! {
                <p class="outcome" data-outcome=outcome.status.as_str()>
                    <strong>{sentence}</strong>
                    {at.map(|at| view! { " · " <When at /> })}
                </p>
            }
        })}
        {move || (!votes.with(Vec::is_empty)).then(|| view! {
            <ol class="votes" aria-label="Decisions">{votes.get().into_iter().map(item).collect_view()}</ol>
        })}
    }
}

/// How a gate ended, in one sentence.
pub fn sentence(outcome: &OutcomeResponse) -> String {
    let by = outcome.decided_by.as_ref().map(name);
    match (outcome.status, by) {
        (ApprovalStatus::Approved | ApprovalStatus::Rejected, Some(by)) => {
            format!("Decided by {by}: {}", outcome.status)
        }
        (ApprovalStatus::Expired, _) => "Expired: nobody decided in time".to_owned(),
        (ApprovalStatus::Cancelled, _) => "Closed: the run was cancelled".to_owned(),
        (status, _) => format!("Decided: {status}"),
    }
}

fn name(actor: &Actor) -> String {
    actor.name.clone().unwrap_or_else(|| "the runtime".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use domain::approval::Decision;
    use test_case::test_case;

    #[test_case(ApprovalStatus::Rejected, "Decided by Ana: rejected")]
    #[test_case(ApprovalStatus::Expired, "Expired: nobody decided in time")]
    #[test_case(ApprovalStatus::Cancelled, "Closed: the run was cancelled")]
    fn an_outcome_is_told(status: ApprovalStatus, expected: &str) {
        let decided_by = Some(sample::vote(Decision::Rejected, sample::digest()).actor);
        assert_eq!(sentence(&OutcomeResponse { status, at: None, decided_by }), expected);
    }
}
