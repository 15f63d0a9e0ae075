//! Objects of the domain that responses hold as they are.

use super::text;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Any JSON object.
#[derive(Debug)]
pub enum JsonObject {}

impl PartialSchema for JsonObject {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Any JSON object."))
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true)));
        object.build().into()
    }
}

impl ToSchema for JsonObject {}

/// Who did something, as authentication established it.
#[derive(Debug, ToSchema)]
pub struct Actor {
    pub kind: text::ActorKind,
    /// Absent for the runtime itself.
    pub id: Option<text::Uuid>,
    pub name: Option<String>,
    /// The API token that acted for the person, when one did.
    pub token_id: Option<text::Uuid>,
}

/// Whose decisions a gate takes. Absent lists name nobody.
#[derive(Debug, ToSchema)]
pub struct Approvers {
    pub users: Option<Vec<text::UserName>>,
    /// These roles on the project, or above.
    pub roles: Option<Vec<text::Role>>,
}

/// Why a run failed.
#[derive(Debug, ToSchema)]
pub struct Failure {
    pub error_type: text::ErrorType,
    pub reason: text::FailureReason,
    /// One sentence on this case.
    pub detail: String,
    #[schema(required)]
    pub failed_step: Option<text::StepKey>,
    #[schema(required)]
    pub last_successful_step: Option<text::StepKey>,
    /// What a person does next.
    pub remediation: String,
    pub safe_retry: text::SafeRetry,
    pub timestamp: text::Timestamp,
    /// False when `missing_fields` names something that could not be assembled.
    pub complete: bool,
    pub missing_fields: Vec<String>,
}

/// Why one attempt failed.
#[derive(Debug, ToSchema)]
pub struct StepFailure {
    pub reason: text::FailureReason,
    pub detail: String,
    pub missing_fields: Option<Vec<String>>,
}

/// One file of a change.
#[derive(Debug, ToSchema)]
pub struct FileChange {
    pub path: String,
    /// Where a renamed or copied file came from.
    pub old_path: Option<String>,
    pub status: text::FileStatus,
    pub additions: u64,
    pub deletions: u64,
    pub binary: bool,
}

/// The change that an approval would ship. The object names are absent where the run has no repository.
#[derive(Debug, ToSchema)]
pub struct DiffSummary {
    pub base: Option<text::ObjectId>,
    /// The ship candidate.
    pub commit: Option<text::ObjectId>,
    pub tree: Option<text::ObjectId>,
    /// SHA-256 of the patch, hexadecimal.
    pub sha256: Option<String>,
    pub files_changed: u64,
    pub additions: u64,
    pub deletions: u64,
    pub text: String,
    pub files: Vec<FileChange>,
}

/// The tests of the candidate's tree. Counts are null when no parser understood the output.
#[derive(Debug, ToSchema)]
pub struct TestSummary {
    #[schema(required)]
    pub command: Option<String>,
    #[schema(required)]
    pub tree: Option<text::ObjectId>,
    #[schema(required)]
    pub exit_code: Option<i32>,
    #[schema(required)]
    pub total: Option<u64>,
    #[schema(required)]
    pub passed: Option<u64>,
    #[schema(required)]
    pub failed: Option<u64>,
    #[schema(required)]
    pub skipped: Option<u64>,
    #[schema(required)]
    pub duration_ms: Option<u64>,
    pub text: String,
    pub failing: Vec<String>,
    pub newly_failing: Vec<String>,
    pub fixed: Vec<String>,
}

/// What a reviewer should look at twice.
#[derive(Debug, ToSchema)]
pub struct RiskNote {
    pub code: String,
    pub level: text::RiskLevel,
    pub message: String,
    pub paths: Vec<String>,
}

/// Where an approval sends the candidate.
#[derive(Debug, ToSchema)]
pub struct Destination {
    pub remote: String,
    pub branch: String,
    pub mode: text::ShipMode,
}

/// Why evidence could not be built, and what to do about it.
#[derive(Debug, ToSchema)]
pub struct ContextDiagnostic {
    pub error_type: String,
    pub operation: String,
    pub reason: String,
    pub detail: String,
    pub remediation: String,
    pub at: text::Timestamp,
}

/// What is known of one input.
#[derive(Debug, ToSchema)]
pub struct InputMetadata {
    pub required: bool,
    pub origin: text::InputOrigin,
}

/// One fault of a request: where, which and why.
#[derive(Debug, ToSchema)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the value.
    pub pointer: String,
    pub code: text::FaultCode,
    pub detail: String,
    /// The bound that was broken, where the code speaks of one.
    pub limit: Option<u64>,
}
