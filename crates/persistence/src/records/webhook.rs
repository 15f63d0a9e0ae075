//! Webhooks and what is sent to them.

use crate::sql::{At, Doc, Key, record};
use domain::event::EventKind;
use domain::publication::DeliveryState;
use domain::{Actor, DeliveryId, ProjectId, RunId, Timestamp, WebhookId};

record! {
    /// A project's address that its runs' events are sent to. The secrets are used to sign: they are kept as they are.
    WebhookRecord / WebhookRow in webhook_sinks {
        id: WebhookId as Key,
        project_id: ProjectId as Key,
        url: String as String,
        /// Absent: every event.
        events: Option<Vec<EventKind>> as Doc<Option<Vec<EventKind>>>,
        enabled: bool as bool,
        /// Why the server disabled it; absent where a person did.
        disabled_reason: Option<String> as Option<String>,
        secret: String as String,
        /// Signs beside `secret` until `previous_secret_until`.
        previous_secret: Option<String> as Option<String>,
        previous_secret_until: Option<Timestamp> as Option<At>,
        created_by: Actor as Doc<Actor>,
        created_at: Timestamp as At,
        updated_at: Timestamp as At,
        revision: i64 as i64,
    }
}

record! {
    /// One event, or a ping, on its way to one webhook.
    DeliveryRecord / DeliveryRow in webhook_deliveries {
        id: DeliveryId as Key,
        sink_id: WebhookId as Key,
        /// Absent with a ping, as `seq`.
        run_id: Option<RunId> as Option<Key>,
        seq: Option<i64> as Option<i64>,
        /// The event's name, or `ping`.
        kind: String as String,
        state: DeliveryState as String,
        /// All attempts that began.
        attempts: u32 as i64,
        /// Those since the delivery was last asked for.
        tries: u32 as i64,
        /// While it is claimed: when the claim runs out.
        next_attempt_at: Timestamp as At,
        /// The node that has claimed it.
        owner: Option<String> as Option<String>,
        last_attempt_at: Option<Timestamp> as Option<At>,
        last_status: Option<u32> as Option<i64>,
        last_error: Option<String> as Option<String>,
        last_response: Option<String> as Option<String>,
        last_duration_ms: Option<i64> as Option<i64>,
        created_at: Timestamp as At,
        delivered_at: Option<Timestamp> as Option<At>,
    }
}
