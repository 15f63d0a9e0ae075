use crate::support::key;
use domain::Timestamp;
use domain::contract::RetryBackoff;
use domain::failure::{ErrorType, FailureReason, RetryPermission, SafeRetry, StepFailure};
use proptest::prelude::*;
use serde_json::json;
use test_case::test_case;

const ALL: RetryPermission = RetryPermission { full_run: true, step: true };

#[test]
fn a_whole_failure_is_complete() {
    let failure = StepFailure::new(FailureReason::TestsFailed, "2 of 44 tests failed.").into_failure(
        Some(key("run_tests")),
        Some(key("run_coding_agent")),
        ALL,
        Timestamp::from_micros(1_763_823_845_000_123),
    );
    assert_eq!(
        serde_json::to_value(&failure).unwrap(),
        json!({
            "error_type": "execution",
            "reason": "tests_failed",
            "detail": "2 of 44 tests failed.",
            "failed_step": "run_tests",
            "last_successful_step": "run_coding_agent",
            "remediation": FailureReason::TestsFailed.remediation(),
            "safe_retry": "step",
            "timestamp": "2025-11-22T15:04:05.000123Z",
            "complete": true,
            "missing_fields": [],
        })
    );
}

#[test]
fn what_could_not_be_assembled_is_named_and_the_rest_is_kept() {
    let mut failure = StepFailure::new(FailureReason::StorageFailed, "");
    failure.missing_fields = vec!["report".to_owned()];
    let failure = failure.into_failure(None, None, ALL, Timestamp::from_micros(1));
    assert!(!failure.complete);
    assert_eq!(failure.missing_fields, ["report", "detail", "failed_step"]);
    assert_eq!(failure.error_type, ErrorType::Infrastructure);
    assert!(!failure.remediation.is_empty());
}

#[test]
fn the_first_step_fails_without_a_step_before_it() {
    let failure = StepFailure::new(FailureReason::StepTimeout, "Late.").into_failure(
        Some(key("a")),
        None,
        ALL,
        Timestamp::from_micros(1),
    );
    assert!(failure.complete);
}

#[test_case(FailureReason::TestsFailed, true, true, SafeRetry::Step)]
#[test_case(FailureReason::TestsFailed, true, false, SafeRetry::FullRun)]
#[test_case(FailureReason::TestsFailed, false, true, SafeRetry::Step; "the step alone is permitted")]
#[test_case(FailureReason::TestsFailed, false, false, SafeRetry::None)]
#[test_case(FailureReason::WorkerLost, true, true, SafeRetry::FullRun; "the step alone would not be safe")]
#[test_case(FailureReason::WorkerLost, false, true, SafeRetry::None; "a safe retry is not permitted")]
#[test_case(FailureReason::ApprovalMissing, true, true, SafeRetry::None)]
fn a_retry_is_safe_when_the_reason_and_the_contract_agree(
    reason: FailureReason,
    full_run: bool,
    step: bool,
    expected: SafeRetry,
) {
    let failure = StepFailure::new(reason, "x").into_failure(
        Some(key("a")),
        None,
        RetryPermission { full_run, step },
        Timestamp::from_micros(1),
    );
    assert_eq!(failure.safe_retry, expected);
}

#[test]
fn every_reason_reads_back_and_says_what_to_do() {
    for &reason in FailureReason::ALL {
        assert_eq!(FailureReason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        assert!(reason.remediation().ends_with('.'), "{reason}");
    }
}

fn backoff() -> RetryBackoff {
    RetryBackoff { max_attempts: 5, initial_interval_ms: 1000, backoff_factor: 2.0, max_interval_ms: 5000 }
}

#[test_case(1, 0.0, Some(1000))]
#[test_case(2, 0.0, Some(2000))]
#[test_case(3, 0.0, Some(4000))]
#[test_case(4, 0.0, Some(5000); "capped")]
#[test_case(5, 0.0, None; "used up")]
#[test_case(9, 0.0, None; "long used up")]
#[test_case(1, 1.0, Some(500); "jitter takes up to half")]
#[test_case(1, 0.5, Some(750); "half the jitter")]
#[test_case(1, 7.0, Some(500); "jitter is held in its range")]
fn waits_between_tries(tries: u32, jitter: f64, expected: Option<u64>) {
    assert_eq!(backoff().delay_ms(tries, jitter), expected);
}

proptest! {
    #[test]
    fn a_wait_never_passes_the_longest(
        max_attempts in 1u32..30,
        initial_interval_ms in 0u64..100_000,
        backoff_factor in 1.0f64..100.0,
        more in 0u64..1_000_000,
        tries in 1u32..40,
        jitter in 0.0f64..=1.0,
    ) {
        let max_interval_ms = initial_interval_ms + more;
        let backoff = RetryBackoff { max_attempts, initial_interval_ms, backoff_factor, max_interval_ms };
        match backoff.delay_ms(tries, jitter) {
            None => prop_assert!(tries >= max_attempts),
            Some(delay) => {
                prop_assert!(tries < max_attempts);
                prop_assert!(delay <= max_interval_ms);
                prop_assert!(delay >= initial_interval_ms / 2);
            }
        }
    }
}
