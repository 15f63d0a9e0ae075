//! Runs: making and reading them.

use super::{Idempotency, Reply, operations};
use crate::records::{
    ApprovalRecord, ArtifactRecord, AttemptRecord, DiagnosticRecord, EventRecord, FeedEvent, RunRecord,
    TransitionRecord, VoteRecord,
};
use domain::access::Visibility;
use domain::approval::ApprovalStatus;
use domain::concurrency::{Concurrency, FullGroup};
use domain::contract::{InputMetadata, StepKey, TemplateScope, WorkflowName};
use domain::failure::{ErrorType, FailureReason};
use domain::project::ProjectSettings;
use domain::run::Status;
use domain::{Actor, ApprovalId, ArtifactId, Digest, ProjectId, RunId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

operations! {
    CreateRun => Reply<RunRecord>,
    GetRun => RunRecord,
    ListRuns => Vec<RunRecord>,
    ListLineage => Vec<RunRecord>,
    ListFailures => Vec<RunRecord>,
    ListTransitions => Vec<TransitionRecord>,
    ListEvents => Vec<EventRecord>,
    FeedEvents => Feed,
    FeedStart => FeedPosition,
    ListAttempts => Vec<AttemptRecord>,
    ListArtifacts => Vec<ArtifactRecord>,
    GetArtifact => ArtifactRecord,
    AddArtifacts => (),
    GetApproval => (ApprovalRecord, Vec<VoteRecord>),
    RunScope => ScopeOfRun,
    ListApprovals => Vec<(ApprovalRecord, Vec<VoteRecord>)>,
    ListDiagnostics => Vec<DiagnosticRecord>,
    FindFullGroup => Option<FullGroup>,
}

/// Makes a run: its row, its first transition and event, and the attempt that a worker takes up.
///
/// The version's row is its pin: the operation reads it again and refuses (`NotFound`) when name, version and digest
/// do not name one row, so that no run exists without a pin. `ConcurrencyLimit` where a limit refuses another run; where
/// it cancels those in progress, they are cancelled with it, and `run_created` names them.
#[derive(Debug, Clone)]
pub struct CreateRun {
    pub id: RunId,
    pub project_id: ProjectId,
    pub title: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub workflow_name: WorkflowName,
    pub workflow_version: i64,
    pub workflow_digest: Digest,
    pub first_step: StepKey,
    pub trigger_source: String,
    pub actor: Actor,
    pub inputs: Value,
    pub input_metadata: BTreeMap<String, InputMetadata>,
    pub base_ref: Option<String>,
    /// The slots that the definition gives its runs in one project.
    pub concurrency: Option<Concurrency>,
    /// Absent: a run of its own.
    pub retry: Option<Retry>,
    pub correlation_id: String,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}

impl CreateRun {
    /// What the run takes over, where it begins within its definition.
    pub(crate) fn step_retry(&self) -> Option<&StepRetry> {
        self.retry.as_ref()?.step.as_ref()
    }
}

/// What a run that repeats another takes over. The repeated run has ended, so nothing of it can change meanwhile.
#[derive(Debug, Clone)]
pub struct Retry {
    pub parent: RunId,
    pub root_run_id: RunId,
    /// The settings that the parent pins.
    pub settings: ProjectSettings,
    /// The commit that the parent started from; absent: the base is resolved anew.
    pub base_commit: Option<String>,
    /// Absent: the whole run is repeated.
    pub step: Option<StepRetry>,
}

/// What a run takes over that begins within its definition, at `CreateRun::first_step`.
#[derive(Debug, Clone)]
pub struct StepRetry {
    /// The step that was asked for; a gate before it makes the run begin there.
    pub requested: StepKey,
    /// The snapshot that the first step starts from; absent: the base.
    pub start_commit: Option<String>,
    /// The attempts by which the earlier steps succeeded, in execution order.
    pub inherited: Vec<AttemptRecord>,
}

/// `project_id` given: a run of another project is `NotFound`.
#[derive(Debug, Clone)]
pub struct GetRun {
    pub project_id: Option<ProjectId>,
    pub id: RunId,
}

#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    pub visibility: Visibility,
    pub project_id: Option<ProjectId>,
    pub id: Option<RunId>,
    /// The number in its project.
    pub number: Option<i64>,
    pub statuses: Vec<Status>,
    pub workflow: Option<WorkflowName>,
    /// Text that the title contains, whatever its case.
    pub title: Option<String>,
    /// Labels that the run has, all of them.
    pub labels: Vec<(String, String)>,
    /// Whoever asked for it.
    pub started_by: Option<UserId>,
    /// Made then or later.
    pub created_after: Option<Timestamp>,
    /// Made before.
    pub created_before: Option<Timestamp>,
}

/// Newest first, before the run `before`.
#[derive(Debug, Clone)]
pub struct ListRuns {
    pub filter: RunFilter,
    pub before: Option<RunId>,
    pub limit: i64,
}

/// Every attempt of a lineage, oldest first.
#[derive(Debug, Clone)]
pub struct ListLineage {
    pub root_run_id: RunId,
}

/// Failed runs, newest first, before the run `before`.
#[derive(Debug, Clone, Default)]
pub struct ListFailures {
    pub visibility: Visibility,
    pub project_id: Option<ProjectId>,
    pub error_type: Option<ErrorType>,
    pub reason: Option<FailureReason>,
    pub workflow: Option<WorkflowName>,
    pub step: Option<StepKey>,
    /// The first instant that counts.
    pub failed_after: Option<Timestamp>,
    /// The first instant that no longer counts.
    pub failed_before: Option<Timestamp>,
    pub before: Option<RunId>,
    pub limit: i64,
}

#[derive(Debug, Clone)]
pub struct ListTransitions {
    pub run_id: RunId,
    pub after: i64,
    pub limit: i64,
}

/// Events with a `seq` above `after`, in order.
#[derive(Debug, Clone)]
pub struct ListEvents {
    pub run_id: RunId,
    pub after: i64,
    pub limit: i64,
}

/// A place in the feed of all runs' events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct FeedPosition {
    pub xact: i64,
    pub position: i64,
}

/// Events of all runs after a place, in an order that never changes and never gains an earlier event.
#[derive(Debug, Clone)]
pub struct FeedEvents {
    pub visibility: Visibility,
    pub after: FeedPosition,
    pub limit: i64,
}

/// A stretch of the feed.
#[derive(Debug, Clone)]
pub struct Feed {
    pub events: Vec<FeedEvent>,
    /// Where the next stretch begins: behind the events given, and behind those that are not shown.
    pub next: FeedPosition,
}

/// The place after the newest event.
#[derive(Debug, Clone)]
pub struct FeedStart;

#[derive(Debug, Clone)]
pub struct ListAttempts {
    pub run_id: RunId,
}

/// What templates and step processes of a run may refer to.
#[derive(Debug, Clone)]
pub struct RunScope {
    pub run_id: RunId,
}

#[derive(Debug, Clone)]
pub struct ScopeOfRun {
    pub scope: TemplateScope,
    /// What the run's last rejection said.
    pub rejection: Option<Value>,
}

#[derive(Debug, Clone)]
pub struct ListArtifacts {
    pub run_id: RunId,
}

#[derive(Debug, Clone)]
pub struct GetArtifact {
    pub run_id: RunId,
    pub id: ArtifactId,
}

#[derive(Debug, Clone)]
pub struct AddArtifacts(pub Vec<ArtifactRecord>);

#[derive(Debug, Clone)]
pub struct GetApproval {
    pub run_id: RunId,
    /// Absent: the newest of the run.
    pub id: Option<ApprovalId>,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    OldestFirst,
    NewestFirst,
}

/// In this order, from beyond the approval `after`.
#[derive(Debug, Clone, Default)]
pub struct ListApprovals {
    pub visibility: Visibility,
    pub project_id: Option<ProjectId>,
    pub run_id: Option<RunId>,
    pub statuses: Vec<ApprovalStatus>,
    pub order: Order,
    pub after: Option<ApprovalId>,
    pub limit: i64,
}

#[derive(Debug, Clone)]
pub struct ListDiagnostics {
    pub run_id: RunId,
}

/// The group in which the run waits for a slot now; `None` when it does not wait.
#[derive(Debug, Clone)]
pub struct FindFullGroup {
    pub run_id: RunId,
}
