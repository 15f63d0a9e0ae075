//! What this process counts.

use domain::publication::{Channel, DeliveryState};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// Counters since the process began.
#[derive(Debug, Default)]
pub struct Metrics {
    publication_failures: Family<ByChannel, Counter>,
    deliveries: Family<ByOutcome, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByChannel {
    channel: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOutcome {
    outcome: &'static str,
}

impl Metrics {
    pub(crate) fn publication_failed(&self, channel: Channel) {
        self.publication_failures.get_or_create(&ByChannel { channel: channel.as_str() }).inc();
    }

    /// An attempt at a delivery ended; `pending` stands for one that is tried again.
    pub(crate) fn delivery_ended(&self, state: DeliveryState) {
        let outcome = match state {
            DeliveryState::Delivered => "delivered",
            DeliveryState::Pending => "retried",
            DeliveryState::Exhausted => "exhausted",
        };
        self.deliveries.get_or_create(&ByOutcome { outcome }).inc();
    }
}
