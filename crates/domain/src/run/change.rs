//! What a command changes, as plain data: the store writes all of it in one transaction, or none.

use super::Status;
use crate::approval::ApprovalStatus;
use crate::contract::{RejectWorkspace, StepKey};
use crate::event::{EventKind, names};
use crate::failure::{Failure, StepFailure};
use serde_json::{Map, Value};

names! {
    /// The states of one attempt at a step.
    pub enum AttemptState {
        /// Waits for a worker, until its time has come.
        Ready = "ready",
        /// A worker holds it.
        Leased = "leased",
        /// A gate waits for people; nothing holds it.
        Waiting = "waiting",
        /// It did what the step asks.
        Succeeded = "succeeded",
        /// It ended with a failure.
        Failed = "failed",
        /// It was ended with its run.
        Cancelled = "cancelled",
        /// Its worker died.
        Lost = "lost",
    }
}

/// A change of status to record.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionDraft {
    pub from: Option<Status>,
    pub to: Status,
    pub step: Option<StepKey>,
    pub reason: String,
    pub metadata: Map<String, Value>,
}

/// An event to record.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDraft {
    pub kind: EventKind,
    pub step: Option<StepKey>,
    pub attempt: Option<u32>,
    pub data: Map<String, Value>,
}

/// One attempt's row, made or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptWrite {
    pub step: StepKey,
    /// Counts this step's attempts in this run, from 1.
    pub attempt: u32,
    /// Counts tries since the run last came to this step, from 1; what `max_attempts` limits.
    pub tries: u32,
    pub state: AttemptState,
    /// Milliseconds until a ready attempt may be taken.
    pub delay_ms: u64,
    pub outputs: Option<Value>,
    pub failure: Option<StepFailure>,
    /// Which tree a new attempt starts from.
    pub workspace: RejectWorkspace,
}

/// Everything one command changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    pub status: Status,
    pub current_step: Option<StepKey>,
    pub last_successful_step: Option<StepKey>,
    pub shipping: bool,
    pub transitions: Vec<TransitionDraft>,
    pub events: Vec<EventDraft>,
    pub attempts: Vec<AttemptWrite>,
    /// The open gate's new status.
    pub gate: Option<ApprovalStatus>,
    pub failure: Option<Failure>,
}
