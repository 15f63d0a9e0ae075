//! What this process counts.

use domain::publication::Channel;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// Counters since the process began.
#[derive(Debug, Default)]
pub struct Metrics {
    publication_failures: Family<ByChannel, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByChannel {
    channel: &'static str,
}

impl Metrics {
    pub(crate) fn publication_failed(&self, channel: Channel) {
        self.publication_failures.get_or_create(&ByChannel { channel: channel.as_str() }).inc();
    }
}
