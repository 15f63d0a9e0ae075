//! The change of a run.

use domain::evidence::FileChange;
use serde::{Deserialize, Serialize};

/// What the run would ship or shipped, as its newest gate found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffResponse {
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ObjectId>))]
    pub base: Option<String>,
    /// The ship candidate.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::ObjectId>))]
    pub commit: Option<String>,
    /// Of the patch's bytes, hexadecimal.
    pub sha256: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::FileChange>))]
    pub files: Vec<FileChange>,
    /// The patch in git's format; bytes that are not UTF-8 are replaced.
    pub patch: String,
}
