//! Workflows and their versions.

use crate::concurrency::Concurrency;
use crate::page::page;
use domain::contract::{StepKey, Trigger, WorkflowName};
use domain::{Actor, Digest, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
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
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
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
