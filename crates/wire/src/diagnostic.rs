//! What went wrong beside a run.

use crate::page::list;
use domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that went wrong without changing the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiagnosticResponse {
    /// `run_event_publication_failed` or `approval_context_generation_failed`.
    pub error_type: String,
    /// What it happened on, such as `webhook` or the gate's step.
    pub channel: String,
    pub operation: String,
    pub topic: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub event: Option<String>,
    pub reason: String,
    pub detail: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub remediation: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub timestamp: Timestamp,
    pub attempts: u32,
}

list! {
    /// The diagnostics of a run, oldest first.
    DiagnosticList of DiagnosticResponse
}
