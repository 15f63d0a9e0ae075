//! Events.

use domain::contract::{StepKey, WorkflowName};
use domain::event::EventKind;
use domain::{Actor, ProjectId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use validator::Validate;

/// Which events of a run are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListEvents {
    /// Those with a greater `seq`; 0 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 0), param(minimum = 0))]
    #[validate(range(min = 0))]
    pub after: Option<i64>,
    /// The most items; 200 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000), param(minimum = 1, maximum = 1000))]
    #[validate(range(min = 1, max = 1000))]
    pub limit: Option<i64>,
    /// How long to wait, in milliseconds, for an event when there is none yet.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 0, maximum = 30000),
        param(minimum = 0, maximum = 30000)
    )]
    #[validate(range(min = 0, max = 30000))]
    pub wait_ms: Option<i64>,
}

/// Where a stream of events begins.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    /// The `id:` of the last event seen; `Last-Event-ID` wins over it. Absent: what happens from now on.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub after: Option<String>,
}

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventResponse {
    /// Counts the run's events, from 1, without gaps.
    pub seq: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::EventKind))]
    pub event: EventKind,
    pub topic: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub run_id: RunId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub project_id: ProjectId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::WorkflowName))]
    pub workflow_name: WorkflowName,
    pub workflow_version: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub timestamp: Timestamp,
    pub correlation_id: String,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::StepKey>))]
    pub step: Option<StepKey>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub attempt: Option<u32>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub actor: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub data: Map<String, Value>,
}

/// A run's events, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventList {
    pub items: Vec<EventResponse>,
    /// Send it as `after` for what follows.
    pub next_after: i64,
}
