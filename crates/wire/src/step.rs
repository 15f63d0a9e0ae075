//! Steps of a run and their attempts.

use crate::page::list;
use domain::contract::StepKey;
use domain::failure::StepFailure;
use domain::run::AttemptState;
use domain::{RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

/// A step of the pinned definition, with what became of it in this run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::StepKey))]
    pub step: StepKey,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub title: Option<String>,
    /// `set`, `command`, `agent`, `test`, `approval` or `ship`; `unknown` where the pinned definition proved corrupt.
    pub uses: String,
    /// Of the newest attempt; null before the first.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::AttemptState>))]
    pub state: Option<AttemptState>,
    /// Oldest first.
    pub attempts: Vec<AttemptResponse>,
}

/// One attempt at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttemptResponse {
    /// Counts this step's attempts in this run, from 1.
    pub attempt: u32,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::AttemptState))]
    pub state: AttemptState,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub finished_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub duration_ms: Option<u64>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub exit_code: Option<i32>,
    /// Null until the attempt succeeded.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::JsonObject>))]
    pub outputs: Option<Value>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::StepFailure>))]
    pub failure: Option<StepFailure>,
    /// What a test step found.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::JsonObject>))]
    pub tests: Option<Value>,
    pub log_bytes: u64,
    /// How well the process was confined: `full`, `partial` or `none`; null where none ran.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub confinement: Option<String>,
    /// What full confinement lacked.
    pub confinement_detail: Vec<String>,
    /// Snapshot of the workspace after the attempt.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ObjectId>))]
    pub commit: Option<String>,
    /// The run in which the attempt was made, where a step retry takes its success over: its log and files are there.
    /// Null: this run.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub inherited_from: Option<RunId>,
}

list! {
    /// The steps of a run's pinned definition, in execution order.
    StepList of StepResponse
}

/// Which part of a log is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// The first byte; 0 unless given. A `Range` header wins over it.
    #[cfg_attr(feature = "openapi", schema(minimum = 0), param(minimum = 0))]
    #[validate(range(min = 0))]
    pub offset: Option<i64>,
    /// The most bytes; 1 MiB unless given.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 1, maximum = 8388608),
        param(minimum = 1, maximum = 8388608)
    )]
    #[validate(range(min = 1, max = 8388608))]
    pub limit: Option<i64>,
}
