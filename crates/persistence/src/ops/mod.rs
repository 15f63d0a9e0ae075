//! Every query, written once. `pg` and `sqlite` each include this folder, so `Conn` is the concrete connection of the
//! including backend and every query is type-checked against both.

use super::{Conn, dialect};

mod access;
mod approvals;
mod change;
mod check;
mod concurrency;
mod create_run;
mod deliveries;
mod gauges;
mod idempotency;
mod identity;
mod projects;
mod publication;
mod queue;
mod runs;
mod state;
mod webhooks;
mod workflows;
mod write;

use crate::error::Result;
use domain::approval::ApprovalStatus;

/// Rows to records.
fn records<Row, Record>(rows: Vec<Row>) -> Result<Vec<Record>>
where
    Record: TryFrom<Row, Error = crate::Error>,
{
    rows.into_iter().map(Record::try_from).collect()
}

/// Projects as a list of keys.
fn keys(projects: &[domain::ProjectId]) -> Vec<crate::sql::Key> {
    projects.iter().map(|id| crate::sql::Key::from(*id)).collect()
}

/// Whether people can still decide on the gate, or on its evidence being built.
const fn is_open(status: ApprovalStatus) -> bool {
    match status {
        ApprovalStatus::Pending | ApprovalStatus::Blocked => true,
        ApprovalStatus::Approved
        | ApprovalStatus::Rejected
        | ApprovalStatus::Expired
        | ApprovalStatus::Cancelled => false,
    }
}
