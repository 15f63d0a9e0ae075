//! Sending events to the addresses that projects name: at least once, signed, tried again for about a day.

mod address;
mod client;
mod signature;

pub use client::HttpClient;
pub use signature::new_secret;

use crate::Engine;
use crate::clock;
use client::Answer;
use domain::publication::{Channel, DeliveryState, Fault, Reason};
use domain::{Timestamp, WebhookId};
use persistence::commands::{
    Attempted, ClaimDeliveries, ClaimedDelivery, DeliveryEnd, FinishDelivery, Message, ReleaseDeliveries,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::task::TaskTracker;
use url::Url;

/// Messages under way at once, to all webhooks and to one: a dead receiver holds up nobody but itself.
const AT_ONCE: i64 = 16;
const PER_WEBHOOK: i64 = 2;
/// What a claim lasts beyond the request's own bound.
const CLAIM_BEYOND: Duration = Duration::from_secs(10);

/// How many messages are on their way to each webhook from this node.
#[derive(Default)]
pub struct UnderWay(Mutex<BTreeMap<WebhookId, i64>>);

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<WebhookId, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, webhook: WebhookId) {
        *self.lock().entry(webhook).or_default() += 1;
    }

    fn end(&self, webhook: WebhookId) {
        let mut counts = self.lock();
        if let Some(count) = counts.get_mut(&webhook) {
            *count -= 1;
            if *count <= 0 {
                counts.remove(&webhook);
            }
        }
    }

    fn counts(&self) -> Vec<(WebhookId, i64)> {
        self.lock().iter().map(|(webhook, count)| (*webhook, *count)).collect()
    }

    fn free(&self) -> i64 {
        AT_ONCE - self.lock().values().sum::<i64>()
    }

    /// The webhooks that get nothing more now.
    pub fn busy(&self) -> Vec<WebhookId> {
        let full = if self.free() > 0 { PER_WEBHOOK } else { 0 };
        self.counts().into_iter().filter(|(_, count)| *count >= full).map(|(webhook, _)| webhook).collect()
    }
}

impl Engine {
    /// Every fault of a webhook's URL, at `/url`.
    pub fn webhook_url_faults(&self, url: &str) -> Vec<domain::Fault> {
        address::url_faults(url, &self.config().webhooks)
    }

    /// Lets the scheduler look for deliveries: one was asked for.
    pub fn delivery_asked(&self) {
        self.shared.due.notify_one();
    }

    /// Takes up again what an earlier process of this lone database had under way.
    pub(crate) async fn release_deliveries(&self) {
        let release = ReleaseDeliveries { owner: self.shared.owner.clone(), now: clock::now() };
        if let Err(error) = self.store().write(release).await {
            tracing::warn!(%error, "deliveries of an earlier process are taken up once their claims run out");
        }
    }

    /// Whether a timer of deliveries can be acted on: not while as many are under way as may be.
    pub(crate) fn can_deliver(&self) -> bool {
        self.shared.under_way.free() > 0
    }

    /// Claims due deliveries and sends them beside everything else.
    pub(crate) async fn deliver_due(&self, tasks: &TaskTracker) {
        let under_way = &self.shared.under_way;
        let claim = ClaimDeliveries {
            owner: self.shared.owner.clone(),
            lease: self.config().webhooks.timeout() + CLAIM_BEYOND,
            limit: under_way.free(),
            under_way: under_way.counts(),
            per_webhook: PER_WEBHOOK,
        };
        let claimed = match self.store().write(claim).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "due deliveries could not be claimed");
                return;
            }
        };
        for claimed in claimed {
            let webhook = claimed.webhook.id;
            under_way.begin(webhook);
            let engine = self.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = engine.deliver(claimed) => {}
                    // The next process makes the attempt: at least once.
                    () = engine.shared.stop.cancelled() => {}
                }
                engine.shared.under_way.end(webhook);
                engine.shared.due.notify_one();
            });
        }
    }

    async fn deliver(&self, claimed: ClaimedDelivery) {
        let began = Instant::now();
        let answer = self.send(&claimed).await;
        let duration_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let (status, response) = match &answer {
            Ok(answer) => (Some(answer.status), Some(answer.text.clone()).filter(|text| !text.is_empty())),
            Err(_) => (None, None),
        };
        let end = self.end_of(&claimed, answer);
        let outcome = match &end {
            DeliveryEnd::Delivered => DeliveryState::Delivered,
            DeliveryEnd::Retry { .. } => DeliveryState::Pending,
            DeliveryEnd::Exhausted { .. } | DeliveryEnd::Gone { .. } => DeliveryState::Exhausted,
        };
        self.shared.metrics.delivery_ended(outcome);
        if outcome != DeliveryState::Delivered {
            self.shared.metrics.publication_failed(Channel::Webhook);
        }
        let id = claimed.delivery.id;
        let finish = FinishDelivery {
            delivery: claimed.delivery,
            attempted: Attempted { status, response, duration_ms },
            end,
            diagnostic_id: clock::new_id(),
            now: clock::now(),
        };
        match self.store().write(finish).await {
            // Somebody asked for it anew, another node took it over, or the webhook is gone.
            Ok(()) | Err(persistence::Error::Fenced) => {}
            Err(error) => {
                tracing::warn!(%error, delivery = %id, "an attempt could not be stored; it is made again");
            }
        }
    }

    async fn send(&self, claimed: &ClaimedDelivery) -> Result<Answer, Fault> {
        let url = Url::parse(&claimed.webhook.url).map_err(|error| {
            Fault::new(Reason::ConnectionFailed, format!("The URL cannot be read: {error}."))
        })?;
        let now = clock::now();
        let id = claimed.delivery.id.to_string();
        let body = self.body_of(claimed).to_string();
        let signature = signature::signatures(&claimed.webhook, &id, now, &body);
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", now.unix_seconds().to_string()),
            ("webhook-signature", signature),
        ];
        self.shared.http.post(&url, headers, &body).await
    }

    /// The same bytes at every attempt: an event never changes.
    fn body_of(&self, claimed: &ClaimedDelivery) -> Value {
        match &claimed.message {
            Message::Event { event, run } => json!({
                "type": event.kind,
                "timestamp": event.at,
                "data": (self.config().render_event)((**event).clone(), run),
            }),
            Message::Ping => json!({
                "type": "ping",
                "timestamp": claimed.delivery.created_at,
                "data": { "webhook_id": claimed.webhook.id, "project_id": claimed.webhook.project_id },
            }),
        }
    }

    fn end_of(&self, claimed: &ClaimedDelivery, answer: Result<Answer, Fault>) -> DeliveryEnd {
        let fault = match answer {
            Ok(Answer { status: 200..=299, .. }) => return DeliveryEnd::Delivered,
            Ok(Answer { status: 410, .. }) => {
                let fault = Fault::new(Reason::Gone, "The receiver answered 410; the webhook is disabled.");
                return DeliveryEnd::Gone { fault };
            }
            Ok(Answer { status, .. }) => {
                Fault::new(Reason::ResponseStatus, format!("The receiver answered {status}."))
            }
            Err(fault) => fault,
        };
        match self.config().webhooks.pause_after(claimed.delivery.tries, clock::jitter()) {
            Some(pause) => DeliveryEnd::Retry { fault, at: clock::now().plus(pause) },
            None => DeliveryEnd::Exhausted { fault },
        }
    }
}

/// When the scheduler wakes for deliveries.
pub fn wakes_at(delivery: Option<Timestamp>, engine: &Engine) -> Option<Timestamp> {
    delivery.filter(|_| engine.can_deliver())
}
