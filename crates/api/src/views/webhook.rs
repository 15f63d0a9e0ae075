//! Webhooks and deliveries.

use domain::publication::DeliveryState;
use persistence::records::{DeliveryRecord, WebhookRecord};
use wire::{DeliveryResponse, WebhookResponse};

/// A webhook without its secrets.
pub fn webhook(record: WebhookRecord) -> WebhookResponse {
    WebhookResponse {
        id: record.id,
        project_id: record.project_id,
        url: record.url,
        events: record.events,
        enabled: record.enabled,
        disabled_reason: record.disabled_reason,
        previous_secret_until: record.previous_secret_until,
        created_by: record.created_by,
        created_at: record.created_at,
        updated_at: record.updated_at,
        revision: record.revision,
    }
}

/// A line of the delivery log.
pub fn delivery(record: DeliveryRecord) -> DeliveryResponse {
    let next_attempt_at = match record.state {
        DeliveryState::Pending => Some(record.next_attempt_at),
        DeliveryState::Delivered | DeliveryState::Exhausted => None,
    };
    DeliveryResponse {
        id: record.id,
        webhook_id: record.sink_id,
        kind: record.kind,
        run_id: record.run_id,
        seq: record.seq,
        state: record.state,
        attempts: record.attempts,
        next_attempt_at,
        last_attempt_at: record.last_attempt_at,
        last_status: record.last_status,
        last_error: record.last_error,
        last_response: record.last_response,
        last_duration_ms: record.last_duration_ms,
        created_at: record.created_at,
        delivered_at: record.delivered_at,
    }
}
