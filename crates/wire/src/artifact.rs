//! Stored files of a run.

use crate::page::list;
use domain::contract::StepKey;
use domain::{ArtifactId, RunId, Timestamp};
use serde::{Deserialize, Serialize};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: ArtifactId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub run_id: RunId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::StepKey))]
    pub step: StepKey,
    pub attempt: u32,
    /// `log`, `diff`, `report`, `evidence`, `snapshot`, `bundle` or `output`.
    pub kind: String,
    pub name: String,
    pub media_type: String,
    /// Of the content, hexadecimal.
    pub sha256: String,
    pub size_bytes: i64,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    /// Where the content is.
    pub content: String,
}

list! {
    /// The stored files of a run, oldest first.
    ArtifactList of ArtifactResponse
}
