//! What this process counts, for `/metrics`. No label names a run or holds a person's words.

use domain::approval::ApprovalStatus;
use domain::publication::{Channel, DeliveryState};
use domain::run::Status;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Counters and durations since the process began.
#[derive(Debug)]
pub struct Metrics {
    runs_started: Counter,
    runs_ended: Family<Outcome, Counter>,
    events_written: Counter,
    steps: Family<Step, Histogram, StepSeconds>,
    gates: Family<Outcome, Histogram, GateSeconds>,
    publication_failures: Family<ByChannel, Counter>,
    webhook_attempts: Family<Outcome, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            runs_started: Counter::default(),
            runs_ended: Family::default(),
            events_written: Counter::default(),
            steps: Family::new_with_constructor(StepSeconds),
            gates: Family::new_with_constructor(GateSeconds),
            publication_failures: Family::default(),
            webhook_attempts: Family::default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Step {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByChannel {
    channel: &'static str,
}

/// From tenths of a second to hours.
#[derive(Debug, Clone)]
struct StepSeconds;

impl MetricConstructor<Histogram> for StepSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new([0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0])
    }
}

/// From half a minute to a week.
#[derive(Debug, Clone)]
struct GateSeconds;

impl MetricConstructor<Histogram> for GateSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new([30.0, 300.0, 1800.0, 3600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0])
    }
}

impl Metrics {
    pub(crate) fn run_started(&self, events: u64) {
        self.runs_started.inc();
        self.events_written.inc_by(events);
    }

    /// Events were written and left the run in this status.
    pub(crate) fn run_changed(&self, status: Status, events: u64) {
        self.events_written.inc_by(events);
        if status.is_terminal() {
            self.runs_ended.get_or_create(&Outcome { outcome: status.as_str() }).inc();
        }
    }

    pub(crate) fn step_ended(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        self.steps.get_or_create(&Step { kind, outcome }).observe(took.as_secs_f64());
    }

    pub(crate) fn gate_decided(&self, status: ApprovalStatus, waited: Duration) {
        self.gates.get_or_create(&Outcome { outcome: status.as_str() }).observe(waited.as_secs_f64());
    }

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
        self.webhook_attempts.get_or_create(&Outcome { outcome }).inc();
    }

    /// Adds everything to a registry, which names it as `/metrics` does.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("runs_started", "Runs that were made", self.runs_started.clone());
        registry.register("runs_ended", "Runs that ended, by status", self.runs_ended.clone());
        registry.register("events_written", "Events of runs that were stored", self.events_written.clone());
        registry.register("step_seconds", "How long attempts at steps took", self.steps.clone());
        registry.register(
            "gate_decision_seconds",
            "How long gates waited for their decision",
            self.gates.clone(),
        );
        registry.register(
            "publication_failures",
            "Publications of events that failed, by channel",
            self.publication_failures.clone(),
        );
        registry.register(
            "webhook_attempts",
            "Attempts at deliveries to webhooks",
            self.webhook_attempts.clone(),
        );
    }
}
