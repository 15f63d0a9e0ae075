//! Whether a run may be repeated as a whole.

use super::Status;
use crate::contract::RetryPolicy;

/// Why a run may not be repeated; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetryRefused {
    #[error("the run has not ended; it is {status}")]
    NotFinished { status: Status },
    #[error("the run completed; there is nothing to retry")]
    Completed,
    #[error("the workflow's policy does not allow to retry a whole run")]
    Forbidden { policy: RetryPolicy },
}

/// Refuses to repeat a run that has not ended, that succeeded, or whose pinned policy forbids it.
pub fn check_full_run_retry(status: Status, policy: &RetryPolicy) -> Result<(), RetryRefused> {
    match status {
        Status::Pending | Status::Running | Status::AwaitingApproval => {
            Err(RetryRefused::NotFinished { status })
        }
        Status::Completed => Err(RetryRefused::Completed),
        Status::Failed | Status::Cancelled if policy.full_run => Ok(()),
        Status::Failed | Status::Cancelled => Err(RetryRefused::Forbidden { policy: policy.clone() }),
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

    #[test]
    fn a_policy_that_forbids_it_is_told() {
        let policy = RetryPolicy { full_run: false, steps: Vec::new() };
        let refused = check_full_run_retry(Status::Failed, &policy).unwrap_err();
        assert_eq!(refused, RetryRefused::Forbidden { policy });
    }
}
