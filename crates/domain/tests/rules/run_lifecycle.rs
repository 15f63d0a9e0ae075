use crate::run_driver::{Driver, WORKFLOW, cancel, complete, decided, fail, open, refresh, start};
use crate::support::key;
use domain::approval::{ApprovalStatus, DecisionEffect};
use domain::contract::RejectWorkspace;
use domain::failure::{ErrorType, FailureReason, SafeRetry};
use domain::run::{AttemptState, Command, InvalidTransition, Move, Opening, Refused, Status, next_status};
use serde_json::json;
use test_case::test_case;

#[test]
fn the_whole_grid() {
    let mut grid = format!("{:17}", "from \\ to");
    for to in Status::ALL {
        grid += &format!(" {to:17}");
    }
    for &from in Status::ALL {
        grid += &format!("\n{from:17}");
        for &to in Status::ALL {
            let moves: Vec<&str> = Move::ALL
                .iter()
                .filter(|&&step| next_status(from, step) == Ok(to))
                .map(|step| step.as_str())
                .collect();
            let cell = if moves.is_empty() { "-".to_owned() } else { moves.join("+") };
            grid += &format!(" {cell:17}");
        }
    }
    let grid = grid.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(grid, @r"
    from \ to         pending           running           awaiting_approval completed         failed            cancelled
    pending           -                 start             -                 -                 -                 cancel
    running           -                 -                 open_gate         complete          fail              cancel
    awaiting_approval -                 approve+reroute   -                 -                 -                 cancel
    completed         -                 -                 -                 -                 -                 -
    failed            -                 -                 -                 -                 -                 -
    cancelled         -                 -                 -                 -                 -                 -
    ");
}

#[test]
fn a_refused_move_says_where_the_run_can_go() {
    for &from in Status::ALL {
        for &requested in Move::ALL {
            if let Err(refused) = next_status(from, requested) {
                assert_eq!(refused, InvalidTransition { from, requested });
                let reachable: Vec<Status> = Status::ALL
                    .iter()
                    .copied()
                    .filter(|&to| Move::ALL.iter().any(|&step| next_status(from, step) == Ok(to)))
                    .collect();
                assert_eq!(refused.allowed(), reachable);
                assert_eq!(from.is_terminal(), reachable.is_empty());
            }
        }
    }
}

fn at_gate() -> Driver {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), complete(), complete(), open(Opening::Pending)]);
    run
}

#[test]
fn an_approved_run_tells_its_events_in_order() {
    let mut run = at_gate();
    run.run([decided(DecisionEffect::Approved), Command::BeginStep, Command::BeginShipping, complete()]);
    insta::assert_snapshot!(run.told(), @r"
    run_started
    step_started compute#1
    step_completed compute#1
    step_started work#1
    step_completed work#1
    step_started prepare#1
    step_completed prepare#1
    step_started gate#1
    approval_requested gate#1
    approval_granted gate#1
    step_completed gate#1
    step_started send#1
    step_completed send#1
    step_started report#1
    step_completed report#1
    run_completed
    ");
    assert_eq!(run.status, Status::Completed);
    assert!(!run.shipping);
    assert_eq!(run.last_successful_step, Some(key("report")));
    let report = run.attempts.last().unwrap();
    assert_eq!(report.outputs, Some(json!({ "said": "mend!" })));
}

#[test]
fn a_rejected_run_is_cancelled() {
    let mut run = at_gate();
    let changes = run.send(decided(DecisionEffect::RejectedCancel)).unwrap();
    assert_eq!(run.status, Status::Cancelled);
    assert_eq!(changes.gate, Some(ApprovalStatus::Rejected));
    assert!(run.told().ends_with("approval_rejected gate#1\nrun_cancelled"), "{}", run.told());
    assert_eq!(run.transitions.last().unwrap().reason, "approval_rejected");
}

#[test]
fn a_rerouted_run_does_the_work_again_and_reaches_the_gate_again() {
    let mut run = at_gate();
    let effect = DecisionEffect::RejectedRetry { step: key("work"), workspace: RejectWorkspace::Restore };
    run.run([decided(effect)]);
    assert_eq!(run.live().unwrap().workspace, RejectWorkspace::Restore);
    assert_eq!(run.transitions.last().unwrap().metadata["rerouted_to"], "work");
    run.run([Command::BeginStep, complete(), complete(), open(Opening::Pending)]);
    assert_eq!(run.status, Status::AwaitingApproval);
    insta::assert_snapshot!(run.told(), @r"
    run_started
    step_started compute#1
    step_completed compute#1
    step_started work#1
    step_completed work#1
    step_started prepare#1
    step_completed prepare#1
    step_started gate#1
    approval_requested gate#1
    approval_rejected gate#1
    step_started work#2
    step_completed work#2
    step_started prepare#2
    step_completed prepare#2
    step_started gate#2
    approval_requested gate#2
    ");
}

#[test]
fn a_failing_step_is_tried_again_while_its_policy_says_so() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), fail(FailureReason::AgentFailed)]);
    assert_eq!(run.status, Status::Running);
    let second = run.live().unwrap();
    assert_eq!((second.attempt, second.tries, second.delay_ms), (2, 2, 1000));
    assert_eq!(second.workspace, RejectWorkspace::Restore);
    assert_eq!(run.events.last().unwrap().data["will_retry"], true);
    run.run([Command::BeginStep, fail(FailureReason::AgentFailed)]);
    assert_eq!(run.status, Status::Failed);
    insta::assert_snapshot!(run.told(), @r"
    run_started
    step_started compute#1
    step_completed compute#1
    step_started work#1
    step_failed work#1
    step_started work#2
    step_failed work#2
    run_failed
    ");
    let failure = run.failure.as_ref().unwrap();
    assert_eq!(failure.failed_step, Some(key("work")));
    assert_eq!(failure.last_successful_step, Some(key("compute")));
    assert_eq!((failure.error_type, failure.safe_retry), (ErrorType::Execution, SafeRetry::Step));
    assert!(failure.complete);
}

#[test_case(FailureReason::AgentFailed, true)]
#[test_case(FailureReason::StepTimeout, true)]
#[test_case(FailureReason::WorkspaceFull, true)]
#[test_case(FailureReason::AgentNotConfigured, false)]
#[test_case(FailureReason::AuthenticationFailed, false)]
#[test_case(FailureReason::SecretFound, false)]
fn only_what_may_go_away_is_tried_again(reason: FailureReason, again: bool) {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), fail(reason)]);
    assert_eq!(run.status == Status::Running, again);
}

#[test]
fn a_set_step_whose_template_fails_fails_the_run() {
    let mut run = Driver::new(
        "
name: n
steps:
  - { key: a, uses: set, with: { outputs: { x: 1 } } }
  - { key: b, uses: set, with: { outputs: { y: '{{ steps.a.outputs.z }}' } } }
",
    );
    run.run([start()]);
    assert_eq!(run.status, Status::Failed);
    let failure = run.failure.as_ref().unwrap();
    assert_eq!((failure.reason, &failure.failed_step), (FailureReason::TemplateFailed, &Some(key("b"))));
    assert_eq!(run.rows(), ["a#1 succeeded", "b#1 failed"]);
}

#[test]
fn a_run_of_set_steps_completes_at_once() {
    let mut run = Driver::new("name: n\nsteps: [{ key: a, uses: set, with: { outputs: {} } }]");
    run.run([start()]);
    assert_eq!(run.status, Status::Completed);
    assert_eq!(run.transitions.len(), 2);
}

#[test]
fn a_lost_worker_repeats_what_may_be_repeated() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), Command::LoseWorker]);
    assert_eq!(run.rows(), ["compute#1 succeeded", "work#1 lost", "work#2 ready"]);
    assert_eq!(run.live().unwrap().tries, 1, "a lost worker uses up no try");
    run.run([Command::BeginStep, Command::LoseWorker, Command::BeginStep, Command::LoseWorker]);
    assert_eq!(run.status, Status::Failed, "the third loss in a row ends it");
    assert_eq!(run.failure.as_ref().unwrap().reason, FailureReason::WorkerLost);
}

#[test]
fn a_lost_worker_of_a_step_that_runs_once_fails_the_run() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), complete(), Command::LoseWorker]);
    assert_eq!(run.status, Status::Failed);
    let failure = run.failure.as_ref().unwrap();
    assert_eq!((failure.reason, failure.safe_retry), (FailureReason::WorkerLost, SafeRetry::FullRun));
    assert_eq!(failure.failed_step, Some(key("prepare")));
}

#[test]
fn a_worker_lost_before_the_start_leaves_the_run_pending() {
    let mut run = Driver::new(WORKFLOW);
    run.run([Command::LoseWorker]);
    assert_eq!((run.status, run.rows()), (Status::Pending, vec!["compute#1 ready".to_owned()]));
    assert!(run.events.is_empty());
}

#[test]
fn a_lease_lost_before_the_step_began_goes_back_to_the_queue_unseen() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), Command::LoseWorker]);
    let events = run.events.len();
    run.run([Command::LoseWorker]);
    assert_eq!(run.rows(), ["compute#1 succeeded", "work#1 lost", "work#2 ready"]);
    assert_eq!(run.events.len(), events);
}

#[test]
fn a_blocked_gate_asks_once_it_can_be_shown() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), complete(), complete(), open(Opening::Blocked)]);
    assert_eq!(run.status, Status::AwaitingApproval);
    let changes = run.send(refresh(Opening::Blocked, Opening::Pending)).unwrap();
    assert_eq!(changes.gate, Some(ApprovalStatus::Pending));
    run.run([refresh(Opening::Pending, Opening::Pending)]);
    let told = run.told();
    let tail: Vec<&str> = told.lines().skip_while(|line| !line.starts_with("approval")).collect();
    assert_eq!(
        tail,
        [
            "approval_blocked gate#1",
            "approval_refreshed gate#1",
            "approval_requested gate#1",
            "approval_refreshed gate#1",
        ]
    );
}

#[test]
fn votes_and_repetitions_move_nothing() {
    let mut run = at_gate();
    let changes = run.send(decided(DecisionEffect::Voted { approvals: 1, required: 2 })).unwrap();
    assert_eq!(
        (changes.status, changes.transitions.len(), changes.gate),
        (Status::AwaitingApproval, 0, None)
    );
    let changes = run.send(decided(DecisionEffect::Repeated)).unwrap();
    assert!(changes.events.is_empty() && changes.attempts.is_empty());
}

#[test]
fn a_gate_whose_time_runs_out_cancels_the_run() {
    let mut run = at_gate();
    let changes = run.send(Command::ExpireGate).unwrap();
    assert_eq!((run.status, changes.gate), (Status::Cancelled, Some(ApprovalStatus::Expired)));
    assert!(run.told().ends_with("approval_expired gate#1\nrun_cancelled"));
    assert_eq!(run.transitions.last().unwrap().reason, "approval_expired");
}

#[test]
fn cancelling_ends_the_attempt_and_the_gate() {
    let mut run = at_gate();
    let changes = run.send(Command::Cancel { reason: Some("not needed".to_owned()) }).unwrap();
    assert_eq!(changes.gate, Some(ApprovalStatus::Cancelled));
    assert_eq!(changes.attempts[0].state, AttemptState::Cancelled);
    assert_eq!(changes.transitions[0].metadata["detail"], "not needed");
}

#[test]
fn cancelling_a_finished_run_is_refused() {
    let mut run = at_gate();
    run.run([cancel()]);
    let refused = InvalidTransition { from: Status::Cancelled, requested: Move::Cancel };
    assert_eq!(run.send(cancel()), Err(Refused::InvalidTransition(refused)));
}

#[test]
fn a_run_that_is_being_shipped_cannot_be_cancelled() {
    let mut run = at_gate();
    run.run([decided(DecisionEffect::Approved), Command::BeginStep, Command::BeginShipping]);
    assert_eq!(run.send(cancel()), Err(Refused::ShippingInProgress));
    run.run([Command::LoseWorker]);
    assert_eq!(run.send(cancel()), Err(Refused::ShippingInProgress), "the push may have happened");
}

#[test]
fn a_gate_is_passed_by_a_decision_alone() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start(), complete(), complete()]);
    assert_eq!(run.live().unwrap().step, key("gate"));
    assert_eq!(run.send(complete()), Err(Refused::NoLiveAttempt));
    assert_eq!(run.send(Command::BeginShipping), Err(Refused::NoLiveAttempt));
}

#[test]
fn only_a_gate_opens_for_approval() {
    let mut run = Driver::new(WORKFLOW);
    run.run([start()]);
    assert_eq!(run.send(open(Opening::Pending)), Err(Refused::NoLiveAttempt));
}
