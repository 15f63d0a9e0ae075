//! What a decision leads to, before it is made.

use domain::contract::StepKey;
use wire::ApprovalResponse;

/// What one of the two decisions leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// The run goes on with these steps, or ends where there are none.
    Continues(Vec<StepKey>),
    /// The vote is counted and the gate stays open for this many more.
    Counts { more: u32 },
    /// The work goes back and these steps are done again, for the time `round` of `max_rounds`.
    Repeats { steps: Vec<StepKey>, round: u32, max_rounds: u32 },
    /// The run is cancelled. `exhausted` is how often the work was sent back before, where that is why.
    Cancels { exhausted: Option<u32> },
}

/// What an approval now leads to.
pub fn of_approval(approval: &ApprovalResponse) -> Consequence {
    let more = approval.policy.required_approvals.saturating_sub(approvals(approval) + 1);
    if more > 0 { Consequence::Counts { more } } else { Consequence::Continues(approval.on_approve.clone()) }
}

/// What a rejection now leads to.
pub fn of_rejection(approval: &ApprovalResponse) -> Consequence {
    let policy = &approval.policy.on_reject;
    match (policy.round, policy.max_rounds) {
        (Some(round), Some(max_rounds)) if round <= max_rounds && !approval.on_reject.is_empty() => {
            Consequence::Repeats { steps: approval.on_reject.clone(), round, max_rounds }
        }
        (Some(_), Some(max_rounds)) => Consequence::Cancels { exhausted: Some(max_rounds) },
        (_, _) => Consequence::Cancels { exhausted: None },
    }
}

/// How many approvals count: those of the evidence that the gate shows.
pub fn approvals(approval: &ApprovalResponse) -> u32 {
    let counted = approval.decisions.iter().filter(|vote| {
        vote.decision == domain::approval::Decision::Approved
            && Some(&vote.evidence_digest) == approval.evidence.digest.as_ref()
    });
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use domain::Digest;
    use domain::approval::Decision;

    #[test]
    fn an_approval_that_suffices_continues_the_run() {
        let steps = vec![StepKey::parse("commit_and_pr").unwrap()];
        assert_eq!(of_approval(&sample::approval()), Consequence::Continues(steps));
    }

    #[test]
    fn an_approval_of_several_only_counts() {
        let mut approval = sample::approval();
        approval.policy.required_approvals = 3;
        assert_eq!(of_approval(&approval), Consequence::Counts { more: 2 });
        approval.decisions = vec![sample::vote(Decision::Approved, sample::digest())];
        assert_eq!(of_approval(&approval), Consequence::Counts { more: 1 });
    }

    #[test]
    fn votes_on_other_evidence_do_not_count() {
        let mut approval = sample::approval();
        approval.decisions = vec![
            sample::vote(Decision::Approved, Digest::of(b"other")),
            sample::vote(Decision::Rejected, sample::digest()),
        ];
        assert_eq!(approvals(&approval), 0);
    }

    #[test]
    fn a_rejection_sends_the_work_back_while_rounds_are_left() {
        let mut approval = sample::approval();
        let Consequence::Repeats { steps, round: 1, max_rounds: 3 } = of_rejection(&approval) else {
            panic!("{:?}", of_rejection(&approval));
        };
        assert_eq!(steps.len(), 3);
        approval.policy.on_reject.round = Some(4);
        assert_eq!(of_rejection(&approval), Consequence::Cancels { exhausted: Some(3) });
    }

    #[test]
    fn a_rejection_cancels_where_the_policy_says_so() {
        let mut approval = sample::approval();
        approval.policy.on_reject.round = None;
        approval.policy.on_reject.max_rounds = None;
        assert_eq!(of_rejection(&approval), Consequence::Cancels { exhausted: None });
    }
}
