//! Gates and decisions.

use crate::page::{ListOrder, page};
use domain::approval::{ApprovalStatus, ContextDiagnostic, Decision};
use domain::contract::{Approvers, RationaleRule, StepKey};
use domain::evidence::{Destination, DiffSummary, RiskNote, TestSummary};
use domain::{Actor, ApprovalId, Digest, ProjectId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Why the gate is approved or rejected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Where a rejection sends the work back, the step to be repeated reads it.
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    #[validate(length(max = 4000))]
    pub rationale: Option<String>,
}

/// Which approvals are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListApprovals {
    /// Approvals with one of these statuses; may be given several times.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::ApprovalStatus>), param(value_type = Vec<crate::schema::ApprovalStatus>, style = Form, explode))]
    pub status: Vec<ApprovalStatus>,
    /// Approvals of this project alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>), param(value_type = Option<crate::schema::Uuid>))]
    pub project_id: Option<ProjectId>,
    /// Which end comes first; `oldest` unless given.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ListOrder>), param(value_type = Option<crate::schema::ListOrder>))]
    pub order: ListOrder,
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

/// What the gate asks of a decision, frozen when it opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyResponse {
    pub required_approvals: u32,
    /// Whether whoever started the run may approve it.
    pub allow_self_approval: bool,
    /// Who may decide; null: whoever has the permission.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Approvers>))]
    pub approvers: Option<Approvers>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::RationaleRule))]
    pub rationale_on_reject: RationaleRule,
    pub on_reject: OnRejectResponse,
}

/// What a rejection does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OnRejectResponse {
    /// `cancel` or `retry_step`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::RejectAction))]
    pub action: String,
    /// The step that is repeated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::StepKey>))]
    pub step: Option<StepKey>,
    /// Which opening of the gate this is, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub round: Option<u32>,
    /// How many rejections send the work back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_rounds: Option<u32>,
}

/// What would ship. A blocked gate has none of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceResponse {
    /// Of the stored document; a decision names it in `If-Match`.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Digest>))]
    pub digest: Option<Digest>,
    pub complete: bool,
    pub missing_fields: Vec<String>,
    pub version: u32,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::DiffSummary>))]
    pub diff_summary: Option<DiffSummary>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::TestSummary>))]
    pub test_summary: Option<TestSummary>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<Vec<crate::schema::RiskNote>>))]
    pub risk_notes: Option<Vec<RiskNote>>,
}

/// One person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoteResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Decision))]
    pub decision: Decision,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub actor: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub rationale: Option<String>,
    /// The evidence it was given on.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub evidence_digest: Digest,
}

/// How the gate ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutcomeResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ApprovalStatus))]
    pub status: ApprovalStatus,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub at: Option<Timestamp>,
    /// Whose decision ended it; null where the runtime did.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Actor>))]
    pub decided_by: Option<Actor>,
}

/// A gate of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: ApprovalId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub run_id: RunId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub project_id: ProjectId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::StepKey))]
    pub step: StepKey,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ApprovalStatus))]
    pub status: ApprovalStatus,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub requested_at: Timestamp,
    /// When the gate cancels its run; null: never.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub expires_at: Option<Timestamp>,
    pub policy: PolicyResponse,
    pub evidence: EvidenceResponse,
    /// Null where nothing is shipped, or while the gate is blocked.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Destination>))]
    pub destination: Option<Destination>,
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::ContextDiagnostic>))]
    pub diagnostics: Vec<ContextDiagnostic>,
    /// The steps that follow an approval, up to the next gate.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::StepKey>))]
    pub on_approve: Vec<StepKey>,
    /// The steps that a rejection repeats, this gate included; empty where it cancels the run.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::StepKey>))]
    pub on_reject: Vec<StepKey>,
    /// Oldest first.
    pub decisions: Vec<VoteResponse>,
    /// Null while the gate is open.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub outcome: Option<OutcomeResponse>,
}

page! {
    /// A page of approvals, in the order that was asked for.
    ApprovalList of ApprovalResponse
}
