//! How many runs are worked on at once.

use domain::RunId;
use domain::concurrency::{self, Group, OnLimit};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The slots of a group of runs. A slot belongs to a live step: a run that waits at a gate holds none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Concurrency {
    /// How many runs are worked on at once.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000, example = 1))]
    #[validate(range(min = 1, max = 1000))]
    pub max_runs: u32,
    /// What becomes of a run that is started when the group is full; `queue` unless given.
    #[serde(default = "queue")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::OnLimit))]
    pub on_limit: OnLimit,
}

const fn queue() -> OnLimit {
    OnLimit::Queue
}

impl From<Concurrency> for concurrency::Concurrency {
    fn from(asked: Concurrency) -> Self {
        Self { max_runs: asked.max_runs, on_limit: asked.on_limit }
    }
}

impl From<concurrency::Concurrency> for Concurrency {
    fn from(stored: concurrency::Concurrency) -> Self {
        Self { max_runs: stored.max_runs, on_limit: stored.on_limit }
    }
}

/// A group of runs without a free slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FullGroup {
    /// `workflow`: the runs of this workflow in this project; `project`: all runs of the project.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ConcurrencyGroup))]
    pub group: Group,
    pub limit: u32,
    /// The runs that are in the way, oldest first.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::Uuid>))]
    pub runs: Vec<RunId>,
}

impl From<concurrency::FullGroup> for FullGroup {
    fn from(full: concurrency::FullGroup) -> Self {
        Self { group: full.group, limit: full.limit, runs: full.runs }
    }
}
