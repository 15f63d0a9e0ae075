//! Runs.

use crate::check;
use crate::concurrency::FullGroup;
use crate::page::page;
use domain::approval::ApprovalStatus;
use domain::contract::{InputMetadata, StepKey, WorkflowName};
use domain::failure::Failure;
use domain::run::Status;
use domain::{Actor, ApprovalId, Digest, ProjectId, RunId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use validator::Validate;

/// What a new run shall do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartRunRequest {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName, example = "fix_failing_tests"))]
    pub workflow: WorkflowName,
    /// Absent: the newest published version.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    #[validate(range(min = 1))]
    pub version: Option<i64>,
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 200,
            pattern = r"^[^\x00-\x20\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$"
        )
    )]
    #[validate(length(min = 1, max = 200), custom(function = check::name))]
    pub title: Option<String>,
    /// At most 32; keys and values of at most 63 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = labels_schema))]
    #[validate(custom(function = check::labels))]
    pub labels: BTreeMap<String, String>,
    /// The branch, tag or commit to start from; absent: the project's default branch.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    #[validate(length(min = 1, max = 200))]
    pub base_ref: Option<String>,
    /// What the workflow's own schema of inputs asks for.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub inputs: Map<String, Value>,
}

#[cfg(feature = "openapi")]
fn labels_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    let text = || ObjectBuilder::new().schema_type(Type::String).max_length(Some(check::LABEL_CHARACTERS));
    ObjectBuilder::new()
        .description(Some("At most 32 labels; keys and values of at most 63 characters."))
        .property_names(Some(text().min_length(Some(1)).build()))
        .additional_properties(Some(text()))
        .max_properties(Some(check::LABELS))
        .build()
}

/// Why the run is cancelled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelRequest {
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    #[validate(length(max = 4000))]
    pub reason: Option<String>,
}

/// Where the retry of a run starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryBase {
    /// The commit that the retried run started from.
    #[default]
    Pinned,
    /// What the run's base names now.
    Latest,
}

/// How a run is retried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RetryRequest {
    /// `pinned` unless given.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::RetryBase>))]
    pub base: RetryBase,
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListRuns {
    /// Runs of this project alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>), param(value_type = Option<crate::schema::Uuid>))]
    pub project_id: Option<ProjectId>,
    /// The run with this id, for who does not know its project.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>), param(value_type = Option<crate::schema::Uuid>))]
    pub id: Option<RunId>,
    /// Runs with this number, one in each project.
    #[cfg_attr(feature = "openapi", schema(minimum = 1), param(minimum = 1))]
    #[validate(range(min = 1))]
    pub number: Option<i64>,
    /// Runs with one of these statuses; may be given several times.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::RunStatus>), param(value_type = Vec<crate::schema::RunStatus>, style = Form, explode))]
    pub status: Vec<Status>,
    /// Runs of this workflow alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::WorkflowName>), param(value_type = Option<crate::schema::WorkflowName>))]
    pub workflow: Option<WorkflowName>,
    /// Text that the title contains, whatever its case.
    #[cfg_attr(feature = "openapi", schema(max_length = 200), param(max_length = 200))]
    #[validate(length(max = 200))]
    pub title: Option<String>,
    /// Runs with this label, as `key:value`; the key ends at the first colon. May be given several times: all must fit.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 32, value_type = Vec<crate::schema::LabelFilter>), param(max_items = 32, value_type = Vec<crate::schema::LabelFilter>, style = Form, explode))]
    #[validate(length(max = 32))]
    pub label: Vec<String>,
    /// Runs that this person started or retried.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>), param(value_type = Option<crate::schema::Uuid>))]
    pub started_by: Option<UserId>,
    /// Runs made at this instant or later.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Timestamp>), param(value_type = Option<crate::schema::Timestamp>))]
    pub created_after: Option<Timestamp>,
    /// Runs made before this instant.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Timestamp>), param(value_type = Option<crate::schema::Timestamp>))]
    pub created_before: Option<Timestamp>,
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

/// The pinned definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinnedWorkflow {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub digest: Digest,
}

/// What made the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trigger {
    /// `api`, `ui` or `cli`.
    pub source: String,
    /// `manual`: a person or script asked for it.
    pub mode: String,
}

/// The run's newest gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunApproval {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: ApprovalId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ApprovalStatus))]
    pub status: ApprovalStatus,
    /// Null while the gate is blocked.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Digest>))]
    pub evidence_digest: Option<Digest>,
}

/// What the caller may do to the run now, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionResponse {
    /// `approve`, `reject`, `refresh`, `cancel`, `retry`, or `retry_step` for each step that the pinned contract
    /// declares.
    pub action: String,
    /// The step that `retry_step` would repeat; absent for other actions.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::StepKey>))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub step: Option<StepKey>,
    pub allowed: bool,
    /// Why not, as the code that the action would answer with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
}

/// How much went wrong beside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiagnosticCounts {
    /// Publications of events that failed.
    pub event_channel: u64,
    /// Times that a gate's evidence could not be built.
    pub approval_context: u64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: RunId,
    /// Counts the project's runs, from 1.
    pub number: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub project_id: ProjectId,
    /// The run's page in the browser app.
    pub page: String,
    /// The topic of its events.
    pub topic: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub workflow: PinnedWorkflow,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::RunStatus))]
    pub status: Status,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::StepKey>))]
    pub current_step: Option<StepKey>,
    pub trigger: Trigger,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub initiating_actor: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub inputs: Value,
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, crate::schema::InputMetadata>))]
    pub input_metadata: BTreeMap<String, InputMetadata>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub base_ref: Option<String>,
    /// Resolved when the run starts.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ObjectId>))]
    pub base_commit: Option<String>,
    /// Counts the runs of its lineage, from 1.
    pub attempt: u32,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub retry_of: Option<RunId>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub root_run_id: RunId,
    pub correlation_id: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub completed_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Failure>))]
    pub failure: Option<Failure>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub approval: Option<RunApproval>,
    /// Why no worker takes the run up, while its group has no free slot; null otherwise.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub waiting_for: Option<FullGroup>,
    pub allowed_actions: Vec<ActionResponse>,
    pub diagnostics: DiagnosticCounts,
    pub revision: i64,
    pub last_event_seq: i64,
}

page! {
    /// A page of runs, newest first.
    RunList of RunResponse
}

/// Every run that retried another, with the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineageResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub root_run_id: RunId,
    /// Oldest first.
    pub attempts: Vec<LineageAttempt>,
}

/// One run of a lineage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineageAttempt {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub run_id: RunId,
    pub attempt: u32,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub retry_of: Option<RunId>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::RunStatus))]
    pub status: Status,
    /// Who started or retried it.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub initiating_actor: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub completed_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Failure>))]
    pub failure: Option<Failure>,
    pub artifacts: Vec<crate::ArtifactResponse>,
}
