//! What went wrong beside a run.

use crate::page::list;
use domain::{Timestamp, WebhookId};
use serde::{Deserialize, Serialize};

/// Something that went wrong without changing the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiagnosticResponse {
    /// `run_event_publication_failed` or `approval_context_generation_failed`.
    pub error_type: String,
    /// `in_process`, `node_notifier` or `webhook`; for evidence the gate's step.
    pub channel: String,
    pub operation: String,
    pub topic: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub event: Option<String>,
    /// The event's number in its run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub seq: Option<i64>,
    /// The webhook that could not be reached.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub webhook_id: Option<WebhookId>,
    pub reason: String,
    pub detail: String,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub remediation: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    /// Of the first failure.
    pub timestamp: Timestamp,
    /// How often it failed.
    pub attempts: u32,
    /// How a publication that had failed ended: `delivered`, `exhausted` or `superseded`; null: it is still tried.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub resolution: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub resolved_at: Option<Timestamp>,
}

list! {
    /// The diagnostics of a run, oldest first.
    DiagnosticList of DiagnosticResponse
}
