//! Runs, their transitions and events.

use crate::sql::{At, Doc, Key, record};
use domain::contract::{InputMetadata, StepKey, WorkflowName};
use domain::event::EventKind;
use domain::failure::{ErrorType, Failure, FailureReason};
use domain::project::ProjectSettings;
use domain::publication::{Channel, Reason, Resolution};
use domain::run::Status;
use domain::{Actor, Digest, ProjectId, RunId, Timestamp, UserId, WebhookId};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

record! {
    RunRecord / RunRow in runs {
        id: RunId as Key,
        project_id: ProjectId as Key,
        /// Counts the project's runs, from 1.
        number: i64 as i64,
        title: Option<String> as Option<String>,
        labels: BTreeMap<String, String> as Doc<BTreeMap<String, String>>,
        workflow_name: WorkflowName as String,
        workflow_version: i64 as i64,
        workflow_digest: Digest as String,
        /// The project's settings as they were at creation.
        settings: ProjectSettings as Doc<ProjectSettings>,
        status: Status as String,
        current_step: Option<StepKey> as Option<String>,
        last_successful_step: Option<StepKey> as Option<String>,
        /// Where a step retry begins; absent: at the definition's first step.
        first_step: Option<StepKey> as Option<String>,
        /// The push has begun.
        shipping: bool as bool,
        trigger_source: String as String,
        initiating_actor: Actor as Doc<Actor>,
        /// Everyone who started or retried a run of this lineage.
        starters: Vec<UserId> as Doc<Vec<UserId>>,
        inputs: Value as Doc<Value>,
        input_metadata: BTreeMap<String, InputMetadata> as Doc<BTreeMap<String, InputMetadata>>,
        base_ref: Option<String> as Option<String>,
        base_commit: Option<String> as Option<String>,
        attempt: u32 as i64,
        retry_of: Option<RunId> as Option<Key>,
        root_run_id: RunId as Key,
        correlation_id: String as String,
        failure: Option<Failure> as Option<Doc<Failure>>,
        failure_type: Option<ErrorType> as Option<String>,
        failure_reason: Option<FailureReason> as Option<String>,
        failure_step: Option<StepKey> as Option<String>,
        created_at: Timestamp as At,
        started_at: Option<Timestamp> as Option<At>,
        completed_at: Option<Timestamp> as Option<At>,
        revision: i64 as i64,
        last_event_seq: i64 as i64,
        last_transition_seq: i64 as i64,
        /// How many runs of the workflow in the project may be worked on at once, as the definition says; absent: any.
        workflow_limit: Option<u32> as Option<i64>,
        /// How many runs of the project may be worked on at once, as the pinned settings say; absent: any.
        project_limit: Option<u32> as Option<i64>,
        /// The snapshot that a step retry starts from; absent: the base.
        start_commit: Option<String> as Option<String>,
    }
}

record! {
    TransitionRecord / TransitionRow in run_transitions {
        run_id: RunId as Key,
        seq: i64 as i64,
        from_status: Option<Status> as Option<String>,
        to_status: Status as String,
        step: Option<StepKey> as Option<String>,
        /// Absent: the runtime itself.
        actor: Option<Actor> as Option<Doc<Actor>>,
        reason: String as String,
        metadata: Option<Map<String, Value>> as Option<Doc<Map<String, Value>>>,
        at: Timestamp as At,
    }
}

record! {
    EventRecord / EventRow in run_events {
        run_id: RunId as Key,
        seq: i64 as i64,
        kind: EventKind as String,
        step: Option<StepKey> as Option<String>,
        attempt: Option<u32> as Option<i64>,
        /// Absent: the runtime itself.
        actor: Option<Actor> as Option<Doc<Actor>>,
        data: Option<Map<String, Value>> as Option<Doc<Map<String, Value>>>,
        at: Timestamp as At,
    }
}

record! {
    /// Something that went wrong beside the run, without changing it.
    DiagnosticRecord / DiagnosticRow in run_diagnostics {
        id: Uuid as Key,
        run_id: RunId as Key,
        error_type: String as String,
        channel: Channel as String,
        operation: String as String,
        topic: String as String,
        event: Option<EventKind> as Option<String>,
        reason: Reason as String,
        detail: String as String,
        /// How often it failed.
        attempts: u32 as i64,
        /// The first failure.
        at: Timestamp as At,
        /// The event's number in its run.
        seq: Option<i64> as Option<i64>,
        sink_id: Option<WebhookId> as Option<Key>,
        /// Absent: it is still tried.
        resolution: Option<Resolution> as Option<String>,
        resolved_at: Option<Timestamp> as Option<At>,
    }
}

impl crate::sql::Column<Uuid> for Key {
    fn from_domain(value: &Uuid) -> Self {
        Self(*value)
    }
    fn into_domain(self) -> crate::Result<Uuid> {
        Ok(self.0)
    }
}

/// An event with its place in the feed of all runs and what a reader needs of its run.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    pub xact: i64,
    pub position: i64,
    pub event: EventRecord,
    pub project_id: ProjectId,
    pub workflow_name: WorkflowName,
    pub workflow_version: i64,
    pub correlation_id: String,
}

/// The columns of `FeedEvent` that are not the event's own.
pub(crate) type FeedRow = (i64, i64, EventRow, Key, String, i64, String);

impl TryFrom<FeedRow> for FeedEvent {
    type Error = crate::Error;
    fn try_from(row: FeedRow) -> crate::Result<Self> {
        use crate::sql::Column;
        let (xact, position, event, project_id, name, workflow_version, correlation_id) = row;
        Ok(Self {
            xact,
            position,
            event: event.try_into()?,
            project_id: project_id.into_domain()?,
            workflow_name: name.into_domain()?,
            workflow_version,
            correlation_id,
        })
    }
}
