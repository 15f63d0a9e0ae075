//! Webhooks: addresses that a project's events are sent to, and what became of each message.

use crate::event::EventResponse;
use crate::page::page;
use domain::event::EventKind;
use domain::publication::DeliveryState;
use domain::{Actor, DeliveryId, ProjectId, RunId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A new webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateWebhookRequest {
    /// Where messages go: `https`, a public address. Others only where the operator allows their networks.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 2000, example = "https://example.com/hook")
    )]
    #[validate(length(min = 1, max = 2000))]
    pub url: String,
    /// The events that are sent; every event unless given.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::schema::EventKind>>, min_items = 1, max_items = 100))]
    #[validate(length(min = 1, max = 100))]
    pub events: Option<Vec<EventKind>>,
    /// Whether messages are sent; true unless given.
    pub enabled: Option<bool>,
}

/// The whole new state of a webhook: a field that is absent gets its usual value, not its former one.
pub type UpdateWebhookRequest = CreateWebhookRequest;

/// A webhook, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: WebhookId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub project_id: ProjectId,
    pub url: String,
    /// Null: every event.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<Vec<crate::schema::EventKind>>))]
    pub events: Option<Vec<EventKind>>,
    pub enabled: bool,
    /// Why the server disabled it; null where a person did, or where it is enabled.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub disabled_reason: Option<String>,
    /// Until then messages are signed with the replaced secret too.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub previous_secret_until: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub created_by: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub updated_at: Timestamp,
    pub revision: i64,
}

/// A webhook with its new secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecretResponse {
    pub webhook: WebhookResponse,
    /// `whsec_` and the key of the signatures in base64.
    pub secret: String,
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListDeliveries {
    /// Deliveries in one of these states; may be given several times.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::DeliveryState>), param(value_type = Vec<crate::schema::DeliveryState>, style = Form, explode))]
    pub state: Vec<DeliveryState>,
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

/// One message to one webhook, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryResponse {
    /// The message's `webhook-id`, the same at every attempt.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: DeliveryId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub webhook_id: WebhookId,
    /// The event's name, or `ping`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Null with a ping.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub run_id: Option<RunId>,
    /// The event's number in its run; null with a ping.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub seq: Option<i64>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::DeliveryState))]
    pub state: DeliveryState,
    /// How many attempts began.
    pub attempts: u32,
    /// When the next attempt is due; null when none is.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub next_attempt_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub last_attempt_at: Option<Timestamp>,
    /// The status that the receiver answered the last attempt with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_status: Option<u32>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_error: Option<String>,
    /// The beginning of the last answer.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_response: Option<String>,
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_duration_ms: Option<i64>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub delivered_at: Option<Timestamp>,
}

page! {
    /// A page of webhooks, oldest first.
    WebhookList of WebhookResponse
}

page! {
    /// A page of deliveries, newest first.
    DeliveryList of DeliveryResponse
}

/// The body of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMessage {
    /// The event's name.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::EventKind))]
    pub kind: EventKind,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub timestamp: Timestamp,
    pub data: EventResponse,
}
