//! Webhooks, and deliveries to them.

use super::operations;
use crate::records::{DeliveryRecord, EventRecord, RunRecord, WebhookRecord};
use domain::event::EventKind;
use domain::publication::{DeliveryState, Fault};
use domain::{DeliveryId, ProjectId, Timestamp, WebhookId};
use std::time::Duration;
use uuid::Uuid;

operations! {
    CreateWebhook => WebhookRecord,
    GetWebhook => WebhookRecord,
    ListWebhooks => Vec<WebhookRecord>,
    UpdateWebhook => WebhookRecord,
    DeleteWebhook => (),
    RotateSecret => WebhookRecord,
    Ping => DeliveryRecord,
    ListDeliveries => Vec<DeliveryRecord>,
    Redeliver => DeliveryRecord,
    ClaimDeliveries => Vec<ClaimedDelivery>,
    ReleaseDeliveries => (),
    FinishDelivery => (),
}

/// `NotFound` when the project is not there or is archived.
#[derive(Debug, Clone)]
pub struct CreateWebhook(pub WebhookRecord);

/// A webhook of another project is `NotFound`, here and below.
#[derive(Debug, Clone)]
pub struct GetWebhook {
    pub project_id: ProjectId,
    pub id: WebhookId,
}

/// Oldest first, after the webhook `after`.
#[derive(Debug, Clone)]
pub struct ListWebhooks {
    pub project_id: ProjectId,
    pub after: Option<WebhookId>,
    pub limit: i64,
}

/// `StaleRevision` when it was changed since `expected_revision`.
#[derive(Debug, Clone)]
pub struct UpdateWebhook {
    pub project_id: ProjectId,
    pub id: WebhookId,
    pub expected_revision: i64,
    pub url: String,
    pub events: Option<Vec<EventKind>>,
    pub enabled: bool,
    pub now: Timestamp,
}

/// Removes the webhook and its delivery log.
#[derive(Debug, Clone)]
pub struct DeleteWebhook {
    pub project_id: ProjectId,
    pub id: WebhookId,
}

/// Replaces the secret; the present one signs beside it until `previous_until`.
#[derive(Debug, Clone)]
pub struct RotateSecret {
    pub project_id: ProjectId,
    pub id: WebhookId,
    pub secret: String,
    pub previous_until: Timestamp,
    pub now: Timestamp,
}

/// Queues a message that is of no event.
#[derive(Debug, Clone)]
pub struct Ping {
    pub project_id: ProjectId,
    pub id: WebhookId,
    pub delivery_id: DeliveryId,
    pub now: Timestamp,
}

/// Newest first, before the delivery `before`.
#[derive(Debug, Clone)]
pub struct ListDeliveries {
    pub webhook_id: WebhookId,
    pub states: Vec<DeliveryState>,
    pub before: Option<DeliveryId>,
    pub limit: i64,
}

/// Sends a delivery again, whatever became of it, under the same message id.
#[derive(Debug, Clone)]
pub struct Redeliver {
    pub project_id: ProjectId,
    pub webhook_id: WebhookId,
    pub id: DeliveryId,
    pub now: Timestamp,
}

/// Claims due deliveries of enabled webhooks, those first whose oldest delivery has waited longest.
#[derive(Debug, Clone)]
pub struct ClaimDeliveries {
    pub owner: String,
    /// After which another node may send it again.
    pub lease: Duration,
    pub limit: i64,
    /// Webhooks with how many messages are on their way to each from this node.
    pub under_way: Vec<(WebhookId, i64)>,
    /// How many may be on their way to one webhook.
    pub per_webhook: i64,
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub enum Message {
    Event { event: Box<EventRecord>, run: Box<RunRecord> },
    Ping,
}

/// A delivery that this node makes.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    pub delivery: DeliveryRecord,
    pub webhook: WebhookRecord,
    pub message: Message,
}

/// Makes claims of other owners due at once: for a process that knows that it is the only one.
#[derive(Debug, Clone)]
pub struct ReleaseDeliveries {
    pub owner: String,
    pub now: Timestamp,
}

/// What came of an attempt.
#[derive(Debug, Clone, Default)]
pub struct Attempted {
    pub status: Option<u16>,
    /// The beginning of what the receiver answered.
    pub response: Option<String>,
    pub duration_ms: i64,
}

/// Where the delivery stands after an attempt.
#[derive(Debug, Clone)]
pub enum DeliveryEnd {
    Delivered,
    Retry {
        fault: Fault,
        at: Timestamp,
    },
    Exhausted {
        fault: Fault,
    },
    /// The receiver wants no more: the webhook is disabled too.
    Gone {
        fault: Fault,
    },
}

/// Stores an attempt with its diagnostic; `Fenced` when the claim is no longer the caller's.
#[derive(Debug, Clone)]
pub struct FinishDelivery {
    /// As it was claimed.
    pub delivery: DeliveryRecord,
    pub attempted: Attempted,
    pub end: DeliveryEnd,
    /// Of the diagnostic, where one is made.
    pub diagnostic_id: Uuid,
    pub now: Timestamp,
}
