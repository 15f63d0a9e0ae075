//! Whether a run may be repeated, as a whole or from one of its steps.

use super::Status;
use crate::contract::{Definition, RetryPolicy, StepKey, StepKind};

/// Why a run may not be repeated; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetryRefused {
    #[error("the run has not ended; it is {status}")]
    NotFinished { status: Status },
    #[error("the run completed; there is nothing to retry")]
    Completed,
    #[error("the workflow's policy does not allow to retry a whole run")]
    Forbidden { policy: RetryPolicy },
    #[error("the workflow's policy does not declare that the step {step} may be retried by itself")]
    StepForbidden { step: StepKey, policy: RetryPolicy },
    #[error("the run did not come to the step {step}; retry the step that stopped it, or the whole run")]
    NotReached { step: StepKey },
}

/// Refuses to repeat a run that has not ended, that succeeded, or whose pinned policy forbids it.
pub fn check_full_run_retry(status: Status, policy: &RetryPolicy) -> Result<(), RetryRefused> {
    check_ended_without_success(status)?;
    if policy.full_run { Ok(()) } else { Err(RetryRefused::Forbidden { policy: policy.clone() }) }
}

/// Finds the step at which a retry of `step` begins, or refuses it.
///
/// `stopped_at` is the step at which the run ended. The contract must declare the step, and the run must have come to
/// it. An approval is never taken over: where a gate stands before the step, the retry begins at the first gate.
pub fn check_step_retry(
    status: Status,
    definition: &Definition,
    step: &StepKey,
    stopped_at: Option<&StepKey>,
) -> Result<StepKey, RetryRefused> {
    check_ended_without_success(status)?;
    let policy = &definition.policies.retry;
    let place = |wanted: &StepKey| definition.steps.iter().position(|step| step.key == *wanted);
    let declared = policy.steps.contains(step);
    let Some(asked) = place(step).filter(|_| declared) else {
        return Err(RetryRefused::StepForbidden { step: step.clone(), policy: policy.clone() });
    };
    if stopped_at.and_then(place).is_none_or(|stopped| stopped < asked) {
        return Err(RetryRefused::NotReached { step: step.clone() });
    }
    let gate = definition.steps[..asked].iter().find(|step| matches!(step.kind, StepKind::Approval(_)));
    Ok(gate.map_or_else(|| step.clone(), |gate| gate.key.clone()))
}

fn check_ended_without_success(status: Status) -> Result<(), RetryRefused> {
    match status {
        Status::Pending | Status::Running | Status::AwaitingApproval => {
            Err(RetryRefused::NotFinished { status })
        }
        Status::Completed => Err(RetryRefused::Completed),
        Status::Failed | Status::Cancelled => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(Status::Pending, false)]
    #[test_case(Status::Running, false)]
    #[test_case(Status::AwaitingApproval, false)]
    #[test_case(Status::Completed, false)]
    #[test_case(Status::Failed, true)]
    #[test_case(Status::Cancelled, true)]
    fn only_a_run_that_ended_without_success_is_retried(status: Status, may: bool) {
        let policy = RetryPolicy { full_run: true, steps: Vec::new() };
        assert_eq!(check_full_run_retry(status, &policy).is_ok(), may);
    }

    fn definition(steps: &str) -> Definition {
        let text = format!(
            "name: flow\nsteps:\n  - {{ key: work, uses: command, with: {{ run: 'true' }} }}\n  - {{ key: gate, uses: approval, with: {{ evidence_from: work }} }}\n  - {{ key: after, uses: command, with: {{ run: 'true' }} }}\n  - {{ key: second, uses: approval, with: {{ evidence_from: work }} }}\n  - {{ key: last, uses: command, with: {{ run: 'true' }} }}\npolicies: {{ retry: {{ full_run: false, steps: [{steps}] }} }}\n"
        );
        crate::contract::parse_yaml(&text).unwrap().definition().clone()
    }

    fn key(text: &str) -> StepKey {
        StepKey::parse(text).unwrap()
    }

    #[test_case("work", "work", "work"; "the step that stopped the run")]
    #[test_case("work", "last", "work"; "an earlier step")]
    #[test_case("gate", "gate", "gate"; "a gate itself")]
    #[test_case("after", "after", "gate"; "a step behind a gate")]
    #[test_case("last", "last", "gate"; "a step behind two gates")]
    fn a_step_retry_passes_no_gate(step: &str, stopped_at: &str, starts_at: &str) {
        let definition = definition("work, gate, after, last");
        let found = check_step_retry(Status::Failed, &definition, &key(step), Some(&key(stopped_at)));
        assert_eq!(found, Ok(key(starts_at)));
    }

    #[test]
    fn a_step_that_is_not_declared_or_does_not_exist_is_refused_with_the_policy() {
        let definition = definition("work");
        for step in ["after", "nowhere"].map(key) {
            let refused = check_step_retry(Status::Failed, &definition, &step, Some(&key("last")));
            let policy = definition.policies.retry.clone();
            assert_eq!(refused, Err(RetryRefused::StepForbidden { step, policy }));
        }
    }

    #[test]
    fn a_step_that_the_run_did_not_come_to_is_refused() {
        let definition = definition("after");
        for stopped_at in [None, Some(key("work"))] {
            let refused =
                check_step_retry(Status::Cancelled, &definition, &key("after"), stopped_at.as_ref());
            assert_eq!(refused, Err(RetryRefused::NotReached { step: key("after") }));
        }
    }

    #[test_case(Status::Pending; "pending")]
    #[test_case(Status::Running; "running")]
    #[test_case(Status::AwaitingApproval; "awaiting approval")]
    #[test_case(Status::Completed; "completed")]
    fn a_step_of_a_run_that_did_not_end_without_success_is_not_retried(status: Status) {
        let definition = definition("work");
        assert!(check_step_retry(status, &definition, &key("work"), Some(&key("work"))).is_err());
    }

    #[test]
    fn a_policy_that_forbids_it_is_told() {
        let policy = RetryPolicy { full_run: false, steps: Vec::new() };
        let refused = check_full_run_retry(Status::Failed, &policy).unwrap_err();
        assert_eq!(refused, RetryRefused::Forbidden { policy });
    }
}
