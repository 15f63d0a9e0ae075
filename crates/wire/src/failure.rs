//! Failures across runs.

use crate::page::page;
use domain::contract::{StepKey, WorkflowName};
use domain::failure::{ErrorType, Failure, FailureReason};
use domain::{ProjectId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Which failures are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListFailures {
    /// Failures of this project alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>), param(value_type = Option<crate::schema::Uuid>))]
    pub project_id: Option<ProjectId>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ErrorType>), param(value_type = Option<crate::schema::ErrorType>))]
    pub error_type: Option<ErrorType>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::FailureReason>), param(value_type = Option<crate::schema::FailureReason>))]
    pub reason: Option<FailureReason>,
    /// Failures of this workflow alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::WorkflowName>), param(value_type = Option<crate::schema::WorkflowName>))]
    pub workflow: Option<WorkflowName>,
    /// Failures of this step alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::StepKey>), param(value_type = Option<crate::schema::StepKey>))]
    pub step: Option<StepKey>,
    /// Failures at this instant or later alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Timestamp>), param(value_type = Option<crate::schema::Timestamp>))]
    pub failed_after: Option<Timestamp>,
    /// Failures before this instant alone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Timestamp>), param(value_type = Option<crate::schema::Timestamp>))]
    pub failed_before: Option<Timestamp>,
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

/// A failure with the run it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailureResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub run_id: RunId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub project_id: ProjectId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub workflow_name: WorkflowName,
    pub workflow_version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Failure))]
    pub failure: Failure,
}

page! {
    /// A page of failures, newest run first.
    FailureList of FailureResponse
}
