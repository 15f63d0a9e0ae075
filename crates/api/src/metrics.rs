//! `/metrics`: what the web server counts, beside what the engine counts and the store holds.

use crate::context::Seen;
use actix_web::http::StatusCode;
use engine::{Engine, clock};
use persistence::commands::Gauges;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Counters of requests since the process began.
#[derive(Debug)]
pub struct HttpMetrics {
    requests: Family<Request, Counter>,
    seconds: Family<Operation, Histogram, RequestSeconds>,
    streams: Arc<AtomicI64>,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(RequestSeconds),
            streams: Arc::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone)]
struct RequestSeconds;

impl MetricConstructor<Histogram> for RequestSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new([0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0])
    }
}

/// An event stream that counts as open until this is dropped.
#[derive(Debug)]
pub struct OpenStream(Arc<AtomicI64>);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HttpMetrics {
    /// Counts an answered request; what names no operation counts as `none`.
    pub fn answered(&self, seen: &Seen, status: StatusCode, took: Duration) {
        let operation = seen.operation.unwrap_or("none");
        self.requests.get_or_create(&Request { operation, status: status.as_u16() }).inc();
        self.seconds.get_or_create(&Operation { operation }).observe(took.as_secs_f64());
    }

    pub fn stream_opened(&self) -> OpenStream {
        self.streams.fetch_add(1, Ordering::Relaxed);
        OpenStream(Arc::clone(&self.streams))
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Answered requests", self.requests.clone());
        registry.register("http_request_seconds", "How long answers took to begin", self.seconds.clone());
        let streams = self.streams.load(Ordering::Relaxed);
        gauge(registry, "event_streams_open", "Streams of server-sent events", streams);
    }
}

/// Everything in the text format of OpenMetrics.
pub fn text(
    engine: &Engine,
    http: &HttpMetrics,
    gauges: &Gauges,
    version: &str,
) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::with_prefix("jido");
    registry.register("build", "The server", Info::new([("version", version.to_owned())]));
    engine.metrics().register(&mut registry);
    http.register(&mut registry);
    store(&mut registry, gauges);
    let workers = |count| i64::try_from(count).unwrap_or(i64::MAX);
    gauge(&mut registry, "workers_busy", "Runs that this node works on", workers(engine.busy_workers()));
    let limit = workers(engine.config().max_live_steps);
    gauge(&mut registry, "workers_limit", "Runs that this node may work on at once", limit);
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn store(registry: &mut Registry, gauges: &Gauges) {
    let runs = gauges.runs.iter().map(|(status, count)| (status.as_str(), *count));
    labelled(registry, "runs", "Runs by status", "status", runs);
    gauge(registry, "gates_waiting", "Gates that wait for people", gauges.gates_waiting);
    gauge(registry, "ready_attempts", "Attempts that wait for a worker", gauges.ready_attempts);
    let waited = gauges.oldest_ready.map_or(0, |at| clock::now().since(at).as_secs());
    let waited = i64::try_from(waited).unwrap_or(i64::MAX);
    gauge(registry, "oldest_ready_seconds", "How long the oldest of them has been due", waited);
    gauge(registry, "webhook_deliveries_pending", "Deliveries to be made", gauges.pending_deliveries);
    let open = gauges.open_diagnostics.iter().map(|(channel, count)| (channel.as_str(), *count));
    labelled(registry, "publications_unresolved", "Failed publications still tried", "channel", open);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn labelled(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: impl Iterator<Item = (&'static str, i64)>,
) {
    let family: Family<Vec<(&'static str, &'static str)>, Gauge> = Family::default();
    for (word, count) in values {
        family.get_or_create(&vec![(label, word)]).set(count);
    }
    registry.register(name, help, family);
}
