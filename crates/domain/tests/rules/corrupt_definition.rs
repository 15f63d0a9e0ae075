//! A run whose pinned definition proved corrupt fails on its next step, and never ends well by mistake.

use crate::run_driver::{Driver, WORKFLOW, cancel, complete, decided, open, start};
use domain::Digest;
use domain::approval::DecisionEffect;
use domain::contract::{Pinned, WorkflowName};
use domain::failure::{FailureReason, SafeRetry};
use domain::run::{Command, Opening, Status};
use test_case::test_case;

/// A run that came this far before its definition became unreadable.
fn corrupted_after(commands: Vec<Command>) -> Driver {
    let mut run = Driver::new(WORKFLOW);
    run.run(commands);
    let name = WorkflowName::parse("every_kind").unwrap();
    run.definition = Pinned::corrupt(name, Digest::of(b"pinned")).definition().clone();
    run
}

fn at_gate() -> Vec<Command> {
    vec![start(), complete(), complete(), open(Opening::Pending)]
}

#[test_case(vec![], start(); "before it started")]
#[test_case(vec![start()], Command::LoseWorker; "when its worker is lost")]
#[test_case(vec![start()], Command::BeginStep; "when a step begins")]
#[test_case(at_gate(), decided(DecisionEffect::Approved); "when its gate is approved")]
fn the_run_fails_with_the_reason(before: Vec<Command>, next: Command) {
    let mut run = corrupted_after(before);
    run.send(next).unwrap();
    assert_eq!(run.status, Status::Failed);
    let failure = run.failure.clone().unwrap();
    assert_eq!(failure.reason, FailureReason::PinnedDocumentCorrupt);
    assert_eq!(failure.safe_retry, SafeRetry::None);
    assert!(failure.failed_step.is_some() && run.live().is_none());
}

#[test]
fn a_worker_cannot_complete_a_step_that_nobody_can_read() {
    let mut run = corrupted_after(vec![start()]);
    assert!(run.send(complete()).is_err());
    assert_eq!(run.status, Status::Running);
}

#[test]
fn it_can_be_cancelled() {
    let mut run = corrupted_after(at_gate());
    run.send(cancel()).unwrap();
    assert_eq!(run.status, Status::Cancelled);
}
