//! Workflows and their versions.

use crate::concurrency::Concurrency;
use crate::page::page;
use domain::contract::{StepKey, Trigger, WorkflowName};
use domain::{Actor, Digest, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

/// A workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub newest_version: i64,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub description: Option<String>,
    /// A person published the newest version.
    pub edited: bool,
    /// What may start runs of the newest version; without `manual`, people cannot.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::TriggerKind>))]
    pub triggers: Vec<Trigger>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub updated_at: Timestamp,
}

page! {
    /// A page of workflows, by name.
    WorkflowList of WorkflowResponse
}

/// One step of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowStep {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::StepKey))]
    pub key: StepKey,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
    pub uses: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::StepKey>))]
    pub needs: Vec<StepKey>,
    pub timeout_ms: u64,
}

/// A version as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowVersionSummary {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub digest: Digest,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub published_by: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub published_at: Timestamp,
}

page! {
    /// A page of versions, newest first.
    WorkflowVersionList of WorkflowVersionSummary
}

/// An immutable version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkflowVersionResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub digest: Digest,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub published_by: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub published_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub description: Option<String>,
    /// JSON Schema (2020-12) of a run's inputs.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub inputs: Value,
    /// What may start runs of this version; without `manual`, people cannot.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::TriggerKind>))]
    pub triggers: Vec<Trigger>,
    /// How many runs are worked on at once in one project; null: any number.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub concurrency: Option<Concurrency>,
    /// In execution order.
    pub steps: Vec<WorkflowStep>,
    /// The definition as it was published.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub document: Value,
}

/// The version that now stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishedVersion {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub digest: Digest,
    /// False: the newest version has this content already.
    pub created: bool,
}

/// A definition that could be published. One that could not be is answered with a problem that lists its faults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValidationResult {
    pub valid: bool,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    /// Of the canonical document.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Digest))]
    pub digest: Digest,
}

/// With which version one is compared.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct CompareQuery {
    /// The number of the version that is compared against, usually the earlier one.
    #[cfg_attr(feature = "openapi", schema(minimum = 1), param(minimum = 1))]
    #[validate(range(min = 1))]
    pub against: i64,
}

/// One value of the definition that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueChange {
    /// JSON pointer: into the version compared against for what was removed, into this version otherwise.
    pub pointer: String,
    /// `added`, `removed` or `changed`.
    pub kind: String,
    /// Absent where it was added.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Value>,
    /// Absent where it was removed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Value>,
}

/// One step that differs; one that was moved and changed is listed twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepChange {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::StepKey))]
    pub key: StepKey,
    /// `added`, `removed`, `moved` or `changed`.
    pub kind: String,
}

/// One way in which callers are refused whom the other version takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InputBreak {
    pub input: String,
    /// `newly_required`, `removed`, `narrowed_type` or `narrowed_enum`.
    pub kind: String,
}

/// What differs between two versions of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparisonResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub name: WorkflowName,
    pub version: i64,
    pub against: i64,
    /// By place in the document.
    pub changes: Vec<ValueChange>,
    /// The steps that were removed, then those of this version in execution order.
    pub steps: Vec<StepChange>,
    /// Empty: whoever can start the other version can start this one with the same inputs, as far as names, types and
    /// closed lists of values tell.
    pub input_breaks: Vec<InputBreak>,
    /// A unified diff of the two documents, for people; empty when they are equal.
    pub text: String,
}
