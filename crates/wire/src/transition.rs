//! Changes of a run's status.

use domain::contract::StepKey;
use domain::run::Status;
use domain::{Actor, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use validator::Validate;

/// Which transitions are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListTransitions {
    /// Those with a greater `seq`; 0 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 0), param(minimum = 0))]
    #[validate(range(min = 0))]
    pub after: Option<i64>,
    /// The most items; 200 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000), param(minimum = 1, maximum = 1000))]
    #[validate(range(min = 1, max = 1000))]
    pub limit: Option<i64>,
}

/// A change of a run's status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransitionResponse {
    pub seq: i64,
    /// Null for the first.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::RunStatus>))]
    pub from: Option<Status>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::RunStatus))]
    pub to: Status,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::StepKey>))]
    pub step: Option<StepKey>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub actor: Actor,
    pub reason: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::JsonObject))]
    pub metadata: Map<String, Value>,
}

/// A run's transitions, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransitionList {
    pub items: Vec<TransitionResponse>,
    /// Send it as `after` for what follows.
    pub next_after: i64,
}
