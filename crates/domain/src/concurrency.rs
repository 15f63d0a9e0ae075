//! How many runs may be worked on at once, and what happens to one too many.

use crate::RunId;
use crate::event::names;
use serde::{Deserialize, Serialize};

names! {
    /// What becomes of a run that is started when its group is full.
    pub enum OnLimit {
        /// It waits for a slot; the oldest run goes first.
        Queue = "queue",
        /// The oldest runs in progress are cancelled for it.
        CancelInProgress = "cancel_in_progress",
        /// It is not made.
        Refuse = "refuse",
    }
}

names! {
    /// Runs that share slots.
    pub enum Group {
        /// The runs of one workflow in one project.
        Workflow = "workflow",
        /// All runs of one project.
        Project = "project",
    }
}

/// The most slots of a group.
pub const MAX_RUNS: u32 = 1000;

/// The slots of a group. A slot belongs to a live step: a run that waits at a gate or for its next try holds none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concurrency {
    pub max_runs: u32,
    pub on_limit: OnLimit,
}

/// A group without a free slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullGroup {
    pub group: Group,
    pub limit: u32,
    /// Who is in the way, oldest first.
    pub runs: Vec<RunId>,
}
