use crate::run_driver::{Driver, WORKFLOW, cancel, complete, decided, fail, open, refresh, start};
use crate::support::{definition, key};
use domain::RunId;
use domain::approval::DecisionEffect;
use domain::contract::{Definition, RejectWorkspace};
use domain::event::EventKind;
use domain::failure::FailureReason;
use domain::run::{AttemptState, AttemptWrite, Changes, Command, Opening, Refused, Status, TransitionDraft};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use uuid::Uuid;

static EVERY_KIND: LazyLock<Definition> = LazyLock::new(|| definition(WORKFLOW));

/// Everything that can be asked of a run, likely ways forward more often.
fn any_command() -> impl Strategy<Value = Command> {
    let reason = prop::sample::select(FailureReason::ALL);
    let opening = prop_oneof![Just(Opening::Pending), Just(Opening::Blocked)];
    let effect = prop_oneof![
        3 => Just(DecisionEffect::Approved),
        1 => Just(DecisionEffect::Repeated),
        1 => Just(DecisionEffect::Voted { approvals: 1, required: 2 }),
        1 => Just(DecisionEffect::RejectedCancel),
        2 => Just(DecisionEffect::RejectedRetry { step: key("work"), workspace: RejectWorkspace::Keep }),
    ];
    prop_oneof![
        3 => Just(start()),
        6 => Just(Command::BeginStep),
        9 => Just(complete()),
        2 => reason.prop_map(fail),
        2 => Just(Command::LoseWorker),
        4 => opening.clone().prop_map(open),
        1 => (opening.clone(), opening).prop_map(|(before, after)| refresh(before, after)),
        4 => effect.prop_map(decided),
        1 => Just(Command::ExpireGate),
        1 => Just(Command::BeginShipping),
        1 => Just(cancel()),
        1 => Just(Command::Supersede { by: RunId::from_uuid(Uuid::from_u128(7)) }),
    ]
}

/// The statuses from which the command is not refused for the status alone.
fn accepted_from(command: &Command) -> &'static [Status] {
    match command {
        Command::Start { .. } => &[Status::Pending],
        Command::BeginStep
        | Command::CompleteStep { .. }
        | Command::FailStep { .. }
        | Command::OpenGate { .. }
        | Command::BeginShipping => &[Status::Running],
        Command::LoseWorker | Command::Supersede { .. } => &[Status::Pending, Status::Running],
        Command::RefreshGate { .. } | Command::Decide { .. } | Command::ExpireGate => {
            &[Status::AwaitingApproval]
        }
        Command::Cancel { .. } => &[Status::Pending, Status::Running, Status::AwaitingApproval],
    }
}

/// Whether a worker that keeps to its own order would send this now: it begins a step once, and before ending it.
fn in_order(run: &Driver, command: &Command) -> bool {
    let begun = run.live().is_some_and(|live| live.state == AttemptState::Leased);
    match command {
        Command::BeginStep => !begun,
        Command::CompleteStep { .. }
        | Command::FailStep { .. }
        | Command::OpenGate { .. }
        | Command::BeginShipping => begun || run.status != Status::Running,
        Command::LoseWorker => begun || run.status == Status::Pending,
        Command::Start { .. }
        | Command::RefreshGate { .. }
        | Command::Decide { .. }
        | Command::ExpireGate
        | Command::Supersede { .. }
        | Command::Cancel { .. } => true,
    }
}

fn terminal_event(kind: EventKind) -> Option<Status> {
    match kind {
        EventKind::RunCompleted => Some(Status::Completed),
        EventKind::RunFailed => Some(Status::Failed),
        EventKind::RunCancelled => Some(Status::Cancelled),
        _ => None,
    }
}

fn check_change(before: Status, known: &[AttemptWrite], changes: &Changes) {
    let mut at = before;
    for TransitionDraft { from, to, .. } in &changes.transitions {
        assert_eq!(*from, Some(at), "a transition starts where the last one ended");
        assert!(at.reachable().contains(to), "{at} does not lead to {to}");
        at = *to;
    }
    assert_eq!(at, changes.status, "the last transition ends in the new status");
    let highest = |step| known.iter().filter(|a| a.step == step).map(|a| a.attempt).max().unwrap_or(0);
    let mut seen: BTreeSet<_> = known.iter().map(|a| (a.step.clone(), a.attempt)).collect();
    for write in &changes.attempts {
        if seen.insert((write.step.clone(), write.attempt)) {
            assert_eq!(write.attempt, highest(write.step.clone()) + 1, "attempts are numbered without gaps");
        }
    }
    assert_eq!(changes.failure.is_some(), changes.status == Status::Failed && before != Status::Failed);
}

fn check_history(run: &Driver) {
    let kinds = run.kinds();
    if let Some(first) = kinds.first() {
        assert!(matches!(first, EventKind::RunStarted | EventKind::RunCancelled), "{first}");
    }
    assert!(kinds.iter().filter(|kind| **kind == EventKind::RunStarted).count() <= 1);
    let ends: Vec<Status> = kinds.iter().copied().filter_map(terminal_event).collect();
    if run.status.is_terminal() {
        assert_eq!(ends, [run.status], "exactly one terminal event, of the run's own kind");
        assert_eq!(kinds.last().copied().and_then(terminal_event), Some(run.status), "and it is the last");
        assert!(run.live().is_none(), "nothing is live any more");
    } else {
        assert!(ends.is_empty());
        assert!(run.live().is_some(), "an unfinished run has something to do");
    }
    let live = |a: &&AttemptWrite| {
        matches!(a.state, AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting)
    };
    assert!(run.attempts.iter().filter(live).count() <= 1, "never two live attempts");
    check_steps(run);
}

fn check_steps(run: &Driver) {
    let mut open: Option<(String, u32)> = None;
    let mut approved = false;
    let mut started = BTreeSet::new();
    for event in &run.events {
        let at = event.step.as_ref().map(ToString::to_string).zip(event.attempt);
        match event.kind {
            EventKind::StepStarted => {
                assert_eq!(open, None, "steps run one at a time");
                assert!(started.insert(at.clone()), "an attempt starts once");
                if at.as_ref().is_some_and(|(step, _)| step == "send") {
                    assert!(approved, "nothing ships without an approval");
                }
                open = at;
            }
            EventKind::StepCompleted | EventKind::StepFailed => {
                assert_eq!(open, at, "an attempt starts before it ends");
                open = None;
            }
            EventKind::ApprovalRequested | EventKind::ApprovalGranted => {
                assert_eq!(open, at, "a gate is asked for and granted while it is open");
                approved |= event.kind == EventKind::ApprovalGranted;
            }
            EventKind::ApprovalRejected => {
                open = None;
                approved = false;
            }
            _ => {}
        }
    }
    if run.status == Status::Completed {
        let succeeded = |step: &str| {
            run.attempts.iter().any(|a| a.step.as_str() == step && a.state == AttemptState::Succeeded)
        };
        assert!(run.definition.steps.iter().all(|step| succeeded(step.key.as_str())), "{:?}", run.rows());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_commands_breaks_the_rules(commands in prop::collection::vec(any_command(), 1..50)) {
        let mut run = Driver::of(EVERY_KIND.clone());
        for command in commands {
            if !in_order(&run, &command) {
                continue;
            }
            let (before, known) = (run.status, run.attempts.clone());
            match run.send(command.clone()) {
                Ok(changes) => {
                    prop_assert!(accepted_from(&command).contains(&before), "{:?} from {}", command, before);
                    prop_assert!(!before.is_terminal());
                    check_change(before, &known, &changes);
                }
                Err(Refused::InvalidTransition(refused)) => {
                    prop_assert!(!accepted_from(&command).contains(&before), "{:?} from {}", command, before);
                    prop_assert_eq!(refused.from, before);
                    prop_assert_eq!(refused.allowed(), before.reachable());
                    prop_assert_eq!(&run.attempts, &known);
                }
                Err(Refused::ShippingInProgress) => prop_assert!(run.shipping),
                Err(Refused::NoLiveAttempt) => {
                    prop_assert_eq!(before, Status::Running, "the status is judged first");
                }
            }
            check_history(&run);
        }
    }

    #[test]
    fn the_transitions_alone_give_the_status(commands in prop::collection::vec(any_command(), 1..50)) {
        let mut run = Driver::of(EVERY_KIND.clone());
        for command in commands {
            if in_order(&run, &command) {
                let _ = run.send(command);
            }
        }
        let replayed = run.transitions.iter().fold(Status::Pending, |_, transition| transition.to);
        prop_assert_eq!(replayed, run.status);
    }
}
