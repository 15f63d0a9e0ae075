//! What each command does to a run. Nothing outside this module decides.

use super::gate::{apply_decision, open_gate, refresh_gate};
use super::progress::{LiveAttempt, Progress, RunState, failure_data};
use super::{AttemptState, Changes, InvalidTransition, Move, Status, next_status};
use crate::approval::{ApprovalStatus, DecisionEffect};
use crate::contract::{Definition, Effect, RejectWorkspace, StepKey, StepKind};
use crate::event::EventKind;
use crate::failure::{FailureReason, StepFailure};
use crate::{RunId, Timestamp};
use serde_json::{Map, Value, json};

/// A step whose workers keep dying is given up after this many losses in a row.
const MAX_LOST_WORKERS: u32 = 3;

/// How a gate stands once its evidence was built, or could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    Pending,
    Blocked,
}

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A worker holds the first attempt and has resolved the base.
    Start {
        data: Map<String, Value>,
    },
    /// A worker holds the live attempt and starts it.
    BeginStep,
    /// The live attempt succeeded; its worker goes on with the next step.
    CompleteStep {
        outputs: Value,
        data: Map<String, Value>,
    },
    /// The live attempt failed. `jitter` is in `0.0..=1.0`.
    FailStep {
        failure: StepFailure,
        jitter: f64,
    },
    /// The lease of the live attempt ran out and its process is gone.
    LoseWorker,
    /// The gate's evidence was built, or could not be.
    OpenGate {
        opening: Opening,
        data: Map<String, Value>,
    },
    /// The open gate's evidence was built again.
    RefreshGate {
        was_blocked: Opening,
        opening: Opening,
        data: Map<String, Value>,
    },
    /// What `Gate::decide` found, with the data for its event and the gate's outputs.
    Decide {
        effect: DecisionEffect,
        outputs: Value,
        data: Map<String, Value>,
    },
    /// The gate's time ran out.
    ExpireGate,
    /// The push is about to begin.
    BeginShipping,
    /// A newer run of its group takes the run's slot.
    Supersede {
        by: RunId,
    },
    Cancel {
        reason: Option<String>,
    },
}

/// The command cannot be applied; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    InvalidTransition(#[from] InvalidTransition),
    #[error("the approved commit is being pushed; the run can no longer be cancelled")]
    ShippingInProgress,
    #[error("the run has no attempt that this could apply to")]
    NoLiveAttempt,
}

/// Decides what `command` changes. The caller writes every part of the result in one transaction.
pub fn decide(
    run: &RunState,
    definition: &Definition,
    command: Command,
    now: Timestamp,
) -> Result<Changes, Refused> {
    let mut progress = Progress::new(run, definition, now);
    match command {
        Command::Start { data } => {
            next_status(run.status, Move::Start)?;
            live(run)?;
            progress.transition(Move::Start, "run_started", Map::new())?;
            progress.run_event(EventKind::RunStarted, data);
            progress.begin_live()?;
        }
        Command::BeginStep => {
            require_running(run.status, Move::Complete)?;
            live(run)?;
            progress.begin_live()?;
        }
        Command::CompleteStep { outputs, data } => {
            require_running(run.status, Move::Complete)?;
            // A gate is passed by a decision, never by its worker.
            live_where(run, definition, |kind| !matches!(kind, StepKind::Approval(_)))?;
            progress.complete_live(outputs, data)?;
        }
        Command::FailStep { failure, jitter } => {
            require_running(run.status, Move::Fail)?;
            let live = live(run)?;
            fail_step(&mut progress, &live.step, live.tries, failure, jitter)?;
        }
        Command::LoseWorker => {
            if run.status != Status::Pending {
                require_running(run.status, Move::Fail)?;
            }
            let live = live(run)?;
            lose_worker(&mut progress, run, &live.step, live.tries)?;
        }
        Command::OpenGate { opening, data } => {
            require_running(run.status, Move::OpenGate)?;
            live_where(run, definition, |kind| matches!(kind, StepKind::Approval(_)))?;
            open_gate(&mut progress, opening, data)?;
        }
        Command::RefreshGate { was_blocked, opening, data } => {
            require_awaiting(run.status, Move::Approve)?;
            refresh_gate(&mut progress, &was_blocked, opening, data);
        }
        Command::Decide { effect, outputs, data } => {
            require_awaiting(run.status, Move::Approve)?;
            live(run)?;
            apply_decision(&mut progress, effect, outputs, data)?;
        }
        Command::ExpireGate => {
            require_awaiting(run.status, Move::Cancel)?;
            progress.step_event(EventKind::ApprovalExpired, Map::new());
            progress.changes.gate = Some(ApprovalStatus::Expired);
            progress.cancel("approval_expired", None)?;
        }
        Command::BeginShipping => {
            require_running(run.status, Move::Complete)?;
            live_where(run, definition, |kind| matches!(kind, StepKind::Ship(_)))?;
            progress.changes.shipping = true;
        }
        Command::Supersede { by } => {
            if run.shipping {
                return Err(Refused::ShippingInProgress);
            }
            require_in_progress(run.status)?;
            progress.cancel("superseded", Some(format!("The run {by} takes its place.")))?;
        }
        Command::Cancel { reason } => {
            if run.shipping && run.status == Status::Running {
                return Err(Refused::ShippingInProgress);
            }
            if run.status == Status::AwaitingApproval {
                progress.changes.gate = Some(ApprovalStatus::Cancelled);
            }
            progress.cancel("cancelled_by_user", reason)?;
        }
    }
    Ok(progress.changes)
}

fn live(run: &RunState) -> Result<&LiveAttempt, Refused> {
    run.live.as_ref().ok_or(Refused::NoLiveAttempt)
}

/// The live attempt, when it is at a step of an accepted kind.
fn live_where<'a>(
    run: &'a RunState,
    definition: &Definition,
    accepts: impl Fn(&StepKind) -> bool,
) -> Result<&'a LiveAttempt, Refused> {
    let live = live(run)?;
    let accepted = definition.step(&live.step).is_some_and(|step| accepts(&step.kind));
    if accepted { Ok(live) } else { Err(Refused::NoLiveAttempt) }
}

fn require_in_progress(status: Status) -> Result<(), InvalidTransition> {
    match status {
        Status::Pending | Status::Running => Ok(()),
        from @ (Status::AwaitingApproval | Status::Completed | Status::Failed | Status::Cancelled) => {
            Err(InvalidTransition { from, requested: Move::Cancel })
        }
    }
}

fn require_running(status: Status, requested: Move) -> Result<(), InvalidTransition> {
    match status {
        Status::Running => Ok(()),
        from @ (Status::Pending
        | Status::AwaitingApproval
        | Status::Completed
        | Status::Failed
        | Status::Cancelled) => Err(InvalidTransition { from, requested }),
    }
}

fn require_awaiting(status: Status, requested: Move) -> Result<(), InvalidTransition> {
    match status {
        Status::AwaitingApproval => Ok(()),
        from @ (Status::Pending
        | Status::Running
        | Status::Completed
        | Status::Failed
        | Status::Cancelled) => Err(InvalidTransition { from, requested }),
    }
}

fn fail_step(
    progress: &mut Progress<'_>,
    step: &StepKey,
    tries: u32,
    failure: StepFailure,
    jitter: f64,
) -> Result<(), InvalidTransition> {
    let backoff = progress.definition.step(step).and_then(|step| step.retry.as_ref());
    let delay = backoff.filter(|_| worth_repeating(failure.reason)).and_then(|b| b.delay_ms(tries, jitter));
    let Some(delay_ms) = delay else {
        return progress.fail_live(failure);
    };
    let mut data = failure_data(&failure);
    data.insert("will_retry".to_owned(), json!(true));
    data.insert("retry_in_ms".to_owned(), json!(delay_ms));
    progress.step_event(EventKind::StepFailed, data);
    progress.write_live(AttemptState::Failed, None, Some(failure));
    progress.enqueue(step, tries + 1, delay_ms, RejectWorkspace::Restore);
    Ok(())
}

/// A fault of the definition or a broken policy does not go away by trying again.
const fn worth_repeating(reason: FailureReason) -> bool {
    use crate::failure::ErrorType;
    match reason.error_type() {
        ErrorType::Execution | ErrorType::Timeout | ErrorType::Infrastructure => true,
        ErrorType::Validation | ErrorType::Auth | ErrorType::PolicyViolation => false,
    }
}

fn lose_worker(
    progress: &mut Progress<'_>,
    run: &RunState,
    step: &StepKey,
    tries: u32,
) -> Result<(), InvalidTransition> {
    if !run.live.as_ref().is_some_and(|live| live.begun) {
        // Nothing had begun: the same attempt goes back to the queue.
        progress.write_live(AttemptState::Ready, None, None);
        return Ok(());
    }
    let Some(effect) = progress.definition.step(step).map(|step| step.effect) else {
        return progress.fail_of_corruption(step);
    };
    let failure = StepFailure::new(
        FailureReason::WorkerLost,
        format!("The server stopped while the step {step} was running."),
    );
    if effect == Effect::Once || run.lost + 1 >= MAX_LOST_WORKERS {
        return progress.fail_live(failure);
    }
    let mut data = failure_data(&failure);
    data.insert("will_retry".to_owned(), json!(true));
    progress.step_event(EventKind::StepFailed, data);
    progress.write_live(AttemptState::Lost, None, Some(failure));
    progress.enqueue(step, tries, 0, RejectWorkspace::Restore);
    Ok(())
}
