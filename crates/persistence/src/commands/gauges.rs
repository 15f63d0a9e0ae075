//! How much there is of what operators watch.

use super::operations;
use domain::Timestamp;
use domain::publication::Channel;
use domain::run::Status;

operations! { ReadGauges => Gauges }

/// Counts of the whole database.
#[derive(Debug, Clone)]
pub struct ReadGauges;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Statuses without a run are absent.
    pub runs: Vec<(Status, i64)>,
    pub gates_waiting: i64,
    /// Attempts that wait for a worker, those too whose time has not come.
    pub ready_attempts: i64,
    pub oldest_ready: Option<Timestamp>,
    pub pending_deliveries: i64,
    /// Publications that failed and are still tried.
    pub open_diagnostics: Vec<(Channel, i64)>,
}
