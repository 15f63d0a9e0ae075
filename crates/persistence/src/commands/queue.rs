//! Due work: leases and timers.

use super::{Fence, operations};
use crate::records::{AttemptRecord, RunRecord};
use domain::{ApprovalId, RunId, Timestamp, WebhookId};
use serde_json::Value;
use std::time::Duration;

operations! {
    ClaimAttempts => Vec<Claimed>,
    RenewLease => (),
    RecordProcess => (),
    OrphanedAttempts => Vec<Claimed>,
    DueGates => Vec<(RunId, ApprovalId)>,
    NextDue => Timers,
    ReleaseSlots => u64,
}

/// An attempt with its run.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    pub attempt: AttemptRecord,
    pub run: RunRecord,
}

/// Leases up to `limit` attempts whose time has come and whose groups have a free slot, those of the oldest runs first.
#[derive(Debug, Clone)]
pub struct ClaimAttempts {
    pub owner: String,
    pub lease: Duration,
    pub limit: i64,
}

/// Moves the end of a lease; `Fenced` when it is no longer the caller's or has run out by the database's clock.
#[derive(Debug, Clone)]
pub struct RenewLease {
    pub fence: Fence,
    pub lease: Duration,
}

/// Stores the supervisor process of a live attempt; `Fenced` when the lease is no longer the caller's.
#[derive(Debug, Clone)]
pub struct RecordProcess {
    pub fence: Fence,
    pub process: Value,
}

/// Leased attempts whose worker is gone.
#[derive(Debug, Clone)]
pub enum OrphanedAttempts {
    /// Their lease has run out by the database's clock.
    Expired,
    /// Every lease but this owner's: for a process that knows that it is the only one.
    NotOwnedBy(String),
}

/// Open gates whose time has run out.
#[derive(Debug, Clone)]
pub struct DueGates {
    pub now: Timestamp,
}

/// Whether this node could take up an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    Free,
    Busy,
}

/// When the earliest timers are due: a waiting attempt that need not wait for a slot (if a worker is free), a
/// lease, a slot that a cancelled attempt still holds, a gate's expiry, a delivery.
#[derive(Debug, Clone)]
pub struct NextDue {
    pub workers: Workers,
    /// Webhooks to which this node sends as much at once as it may.
    pub busy_webhooks: Vec<WebhookId>,
}

/// When something falls due next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timers {
    pub work: Option<Timestamp>,
    pub delivery: Option<Timestamp>,
}

/// Says that the processes of a cancelled run are gone; returns how many slots that frees.
#[derive(Debug, Clone)]
pub struct ReleaseSlots {
    pub run_id: RunId,
}
