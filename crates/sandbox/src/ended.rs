//! How a supervised process ended.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The supervisor's last word: when it exists, no process of the step is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub exit: Exit,
    pub confinement: Confinement,
    /// From the start of the process until no descendant was left.
    pub duration: Duration,
    /// How many processes did not end by themselves and were killed; after a timeout or a cancel this
    /// includes the step's first process when it outlived the grace.
    pub survivors_killed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    Code(i32),
    Signal(i32),
    TimedOut,
    /// The server asked for it, or the supervisor itself was told to end (SIGTERM, SIGINT, SIGHUP).
    Cancelled,
    NotStarted {
        reason: NotStarted,
        detail: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotStarted {
    CommandNotFound,
    PermissionDenied,
    Other,
}

/// How far the process was kept from everything that is not its business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    pub level: Level,
    /// What is missing, one full clause each. A full level may still list what no kernel of today enforces.
    pub detail: Vec<String>,
}

/// Ordered from nothing to everything, so that a policy can require a least level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    None,
    Partial,
    Full,
}
