//! Diagnostics of publications that failed.

use super::operations;
use domain::publication::{Channel, Fault, Resolution};
use domain::{RunId, Timestamp, WebhookId};
use uuid::Uuid;

operations! {
    RecordPublicationFailure => (),
    ResolvePublication => (),
    SupersedeHints => (),
}

/// One event on one channel. A hint announces all events of its commit; `seq` is the newest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub run_id: RunId,
    pub seq: i64,
    pub channel: Channel,
    pub sink_id: Option<WebhookId>,
}

/// Adds a failure to the publication's diagnostic, which is made with the first one.
#[derive(Debug, Clone)]
pub struct RecordPublicationFailure {
    /// Of the diagnostic, where it is made.
    pub id: Uuid,
    pub publication: Publication,
    pub fault: Fault,
    pub now: Timestamp,
}

/// Closes the publication's diagnostic, if it has one.
#[derive(Debug, Clone)]
pub struct ResolvePublication {
    pub publication: Publication,
    pub resolution: Resolution,
    pub now: Timestamp,
}

/// Closes the diagnostics of hints that an earlier process owed: a node that still owes its own opens them again with
/// its next failure.
#[derive(Debug, Clone)]
pub struct SupersedeHints {
    pub now: Timestamp,
}
