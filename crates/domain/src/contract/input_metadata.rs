//! What is known of a run's inputs.

use serde::{Deserialize, Serialize};

/// Where the value of an input came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputOrigin {
    /// The request gave it.
    Provided,
    /// The schema's default stands in.
    Defaulted,
}

/// What is known of one input of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputMetadata {
    pub required: bool,
    pub origin: InputOrigin,
}
