//! A run on its way: the state that deciding needs, and the steps of a change as they accumulate.

use super::{
    AttemptState, AttemptWrite, Changes, EventDraft, InvalidTransition, Move, Status, TransitionDraft,
    next_status,
};
use crate::Timestamp;
use crate::contract::{Definition, RejectWorkspace, Step, StepKey, StepKind, TemplateScope};
use crate::event::EventKind;
use crate::failure::{FailureReason, StepFailure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The attempt that the run now waits for or works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAttempt {
    pub step: StepKey,
    pub attempt: u32,
    pub tries: u32,
    /// Whether its start is on record; one that a worker merely holds has done nothing yet.
    pub begun: bool,
}

/// What deciding needs to know of a run.
#[derive(Debug, Clone)]
pub struct RunState {
    pub status: Status,
    /// Where the run begins: the definition's first step, or the step that a step retry names.
    pub first_step: Option<StepKey>,
    pub last_successful_step: Option<StepKey>,
    pub live: Option<LiveAttempt>,
    /// The highest attempt number of each step so far.
    pub attempts: BTreeMap<StepKey, u32>,
    /// How many attempts at the live step were lost with their worker, in a row.
    pub lost: u32,
    /// The push has begun: the run can no longer be cancelled.
    pub shipping: bool,
    /// Inputs and the outputs of the steps that succeeded.
    pub scope: TemplateScope,
}

/// A change under construction: commands append to it and the store writes it whole.
pub(super) struct Progress<'a> {
    pub(super) definition: &'a Definition,
    pub(super) now: Timestamp,
    pub(super) changes: Changes,
    live: Option<LiveAttempt>,
    attempts: BTreeMap<StepKey, u32>,
    scope: TemplateScope,
}

impl<'a> Progress<'a> {
    pub(super) fn new(run: &RunState, definition: &'a Definition, now: Timestamp) -> Self {
        Self {
            definition,
            now,
            changes: Changes {
                status: run.status,
                current_step: run.live.as_ref().map(|live| live.step.clone()),
                last_successful_step: run.last_successful_step.clone(),
                shipping: run.shipping,
                transitions: Vec::new(),
                events: Vec::new(),
                attempts: Vec::new(),
                gate: None,
                failure: None,
            },
            live: run.live.clone(),
            attempts: run.attempts.clone(),
            scope: run.scope.clone(),
        }
    }

    pub(super) fn transition(
        &mut self,
        requested: Move,
        reason: &str,
        metadata: Map<String, Value>,
    ) -> Result<(), InvalidTransition> {
        let from = self.changes.status;
        let to = next_status(from, requested)?;
        self.changes.status = to;
        self.changes.transitions.push(TransitionDraft {
            from: Some(from),
            to,
            step: self.changes.current_step.clone(),
            reason: reason.to_owned(),
            metadata,
        });
        Ok(())
    }

    pub(super) fn run_event(&mut self, kind: EventKind, data: Map<String, Value>) {
        self.changes.events.push(EventDraft { kind, step: None, attempt: None, data });
    }

    /// Records an event of the live attempt.
    pub(super) fn step_event(&mut self, kind: EventKind, data: Map<String, Value>) {
        let (step, attempt) = match &self.live {
            Some(live) => (Some(live.step.clone()), Some(live.attempt)),
            None => (None, None),
        };
        self.changes.events.push(EventDraft { kind, step, attempt, data });
    }

    /// Records the live attempt's new state.
    pub(super) fn write_live(
        &mut self,
        state: AttemptState,
        outputs: Option<Value>,
        failure: Option<StepFailure>,
    ) {
        if let Some(live) = &self.live {
            self.changes.attempts.push(AttemptWrite {
                step: live.step.clone(),
                attempt: live.attempt,
                tries: live.tries,
                state,
                delay_ms: 0,
                outputs,
                failure,
                workspace: RejectWorkspace::Keep,
            });
        }
    }

    /// Puts a new attempt at `step` in the queue; a worker will start it.
    pub(super) fn enqueue(&mut self, step: &StepKey, tries: u32, delay_ms: u64, workspace: RejectWorkspace) {
        let live = self.new_attempt(step, tries);
        self.changes.attempts.push(AttemptWrite {
            step: live.step.clone(),
            attempt: live.attempt,
            tries,
            state: AttemptState::Ready,
            delay_ms,
            outputs: None,
            failure: None,
            workspace,
        });
    }

    fn new_attempt(&mut self, step: &StepKey, tries: u32) -> LiveAttempt {
        let attempt = self.attempts.get(step).copied().unwrap_or(0) + 1;
        self.attempts.insert(step.clone(), attempt);
        let live = LiveAttempt { step: step.clone(), attempt, tries, begun: false };
        self.live = Some(live.clone());
        self.changes.current_step = Some(step.clone());
        live
    }

    /// Starts the live attempt: `set` steps are carried out at once, and so are those that follow them.
    pub(super) fn begin_live(&mut self) -> Result<(), InvalidTransition> {
        let Some(live) = self.live.clone() else {
            return Ok(());
        };
        self.changes.current_step = Some(live.step.clone());
        self.step_event(EventKind::StepStarted, Map::new());
        match self.definition.step(&live.step) {
            Some(Step { kind: StepKind::Set(set), .. }) => match self.scope.render_value(&set.outputs) {
                Ok(outputs) => self.complete_live(outputs, Map::new()),
                Err(error) => {
                    self.fail_live(StepFailure::new(FailureReason::TemplateFailed, error.to_string()))
                }
            },
            Some(_) => {
                self.write_live(AttemptState::Leased, None, None);
                Ok(())
            }
            None => self.fail_of_corruption(&live.step),
        }
    }

    /// Ends the live attempt with success and goes on to the next step or to the end of the run.
    pub(super) fn complete_live(
        &mut self,
        outputs: Value,
        data: Map<String, Value>,
    ) -> Result<(), InvalidTransition> {
        let Some(live) = self.live.clone() else {
            return Ok(());
        };
        if self.definition.step(&live.step).is_none() {
            return self.fail_of_corruption(&live.step);
        }
        self.finish_live(&live, outputs, data);
        match self.definition.step_after(&live.step) {
            Some(next) => {
                let next = next.key.clone();
                self.new_attempt(&next, 1);
                self.begin_live()
            }
            None => {
                self.changes.current_step = None;
                self.transition(Move::Complete, "run_completed", Map::new())?;
                self.run_event(EventKind::RunCompleted, Map::new());
                Ok(())
            }
        }
    }

    /// Ends the live attempt with success and queues the next step for whichever worker is free.
    pub(super) fn release_live(
        &mut self,
        outputs: Value,
        data: Map<String, Value>,
    ) -> Result<(), InvalidTransition> {
        let Some(live) = self.live.clone() else {
            return Ok(());
        };
        match self.definition.step_after(&live.step) {
            Some(next) => {
                self.finish_live(&live, outputs, data);
                self.enqueue(&next.key.clone(), 1, 0, RejectWorkspace::Keep);
                Ok(())
            }
            None => self.complete_live(outputs, data),
        }
    }

    /// Nobody knows what would follow a step that the definition does not have: to end well here would be a guess.
    pub(super) fn fail_of_corruption(&mut self, step: &StepKey) -> Result<(), InvalidTransition> {
        let detail = format!("The pinned definition cannot be read, or has no step {step}.");
        self.fail_live(StepFailure::new(FailureReason::PinnedDocumentCorrupt, detail))
    }

    fn finish_live(&mut self, live: &LiveAttempt, outputs: Value, data: Map<String, Value>) {
        self.step_event(EventKind::StepCompleted, data);
        self.scope.add_outputs(&live.step, outputs.clone());
        self.write_live(AttemptState::Succeeded, Some(outputs), None);
        self.changes.last_successful_step = Some(live.step.clone());
        self.changes.shipping = false;
    }

    /// Ends the live attempt and the run with a typed failure.
    pub(super) fn fail_live(&mut self, failure: StepFailure) -> Result<(), InvalidTransition> {
        let mut data = failure_data(&failure);
        data.insert("will_retry".to_owned(), json!(false));
        self.step_event(EventKind::StepFailed, data.clone());
        self.write_live(AttemptState::Failed, None, Some(failure.clone()));
        data.remove("will_retry");
        let reason = failure.reason;
        let failed_step = self.changes.current_step.clone();
        let permission = self.definition.retry_permission(failed_step.as_ref());
        self.transition(Move::Fail, reason.as_str(), Map::new())?;
        self.run_event(EventKind::RunFailed, data);
        self.changes.shipping = false;
        self.changes.failure = Some(failure.into_failure(
            failed_step,
            self.changes.last_successful_step.clone(),
            permission,
            self.now,
        ));
        Ok(())
    }

    /// Ends the live attempt and the run; `code` is the stable reason, `detail` what a person wrote.
    pub(super) fn cancel(&mut self, code: &str, detail: Option<String>) -> Result<(), InvalidTransition> {
        let mut data = Map::new();
        data.insert("reason".to_owned(), json!(code));
        if let Some(text) = detail {
            data.insert("detail".to_owned(), json!(text));
        }
        self.transition(Move::Cancel, code, data.clone())?;
        self.write_live(AttemptState::Cancelled, None, None);
        self.run_event(EventKind::RunCancelled, data);
        Ok(())
    }
}

pub(super) fn failure_data(failure: &StepFailure) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("error_type".to_owned(), json!(failure.reason.error_type()));
    data.insert("reason".to_owned(), json!(failure.reason));
    data.insert("detail".to_owned(), json!(failure.detail));
    data
}
