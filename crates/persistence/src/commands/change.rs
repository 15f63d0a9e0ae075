//! The one operation that changes a run.

use super::{Idempotency, Reply, operations};
use crate::records::{ApprovalRecord, ArtifactRecord, AttemptRecord, AttemptResult, RunRecord, VoteRecord};
use domain::approval::{ContextDiagnostic, Decision};
use domain::contract::Pinned;
use domain::failure::StepFailure;
use domain::{Actor, ApprovalId, AttemptId, Digest, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

operations! { ChangeRun => Reply<Changed> }

/// A worker's claim to an attempt. Its writes carry it; a stale one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    pub attempt_id: AttemptId,
    pub owner: String,
    pub epoch: i64,
}

/// What a worker reports when an attempt ends.
#[derive(Debug, Clone, Default)]
pub struct AttemptReport {
    pub result: AttemptResult,
    pub artifacts: Vec<ArtifactRecord>,
}

/// How a gate opens, or stands after a refresh.
#[derive(Debug, Clone)]
pub enum GateOpening {
    Pending { evidence_digest: Digest },
    Blocked { diagnostic: ContextDiagnostic },
}

#[derive(Debug, Clone)]
pub enum Change {
    /// Starts the leased attempt, and the run with it when it is its first.
    Begin {
        base_commit: Option<String>,
    },
    Complete {
        outputs: Value,
        report: AttemptReport,
    },
    Fail {
        failure: StepFailure,
        jitter: f64,
        report: AttemptReport,
    },
    /// The worker of this attempt is gone.
    Lose,
    OpenGate {
        approval_id: ApprovalId,
        opening: GateOpening,
        report: AttemptReport,
    },
    RefreshGate {
        approval_id: ApprovalId,
        opening: GateOpening,
        artifacts: Vec<ArtifactRecord>,
    },
    Decide {
        approval_id: ApprovalId,
        decision: Decision,
        evidence_digest: Digest,
        rationale: Option<String>,
    },
    ExpireGate {
        approval_id: ApprovalId,
    },
    BeginShipping,
    /// Gives the run's slot to a newer one of its group; a run that ships or waits at a gate is refused.
    Supersede {
        by: RunId,
    },
    Cancel {
        reason: Option<String>,
    },
}

/// Loads the run, lets the domain decide, writes run, transitions, events, attempts, gate and reply together.
#[derive(Debug, Clone)]
pub struct ChangeRun {
    pub run_id: RunId,
    pub pinned: Arc<Pinned>,
    pub change: Change,
    /// Absent: the runtime itself.
    pub actor: Option<Actor>,
    /// What a worker asks (begin, complete, fail, lose, open a gate, ship) needs its lease: `Fenced` without it, and
    /// when it is gone.
    pub fence: Option<Fence>,
    /// How long a lease on the next attempt lasts where the worker goes on.
    pub lease: Duration,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    pub run: RunRecord,
    /// How many events it wrote; none where an earlier decision was repeated.
    #[serde(default)]
    pub events_written: u32,
    /// The attempt that the asking worker now holds.
    pub live: Option<AttemptRecord>,
    /// The gate that was opened, refreshed or decided.
    pub approval: Option<(ApprovalRecord, Vec<VoteRecord>)>,
}
