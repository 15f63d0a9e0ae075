//! `jido check`: proves the invariants over a whole database.

use crate::client::count;
use crate::error::Error;
use crate::output::say;
use crate::storage::StorageOptions;
use persistence::Store;
use persistence::commands::{CheckDatabase, ListRuns, RunFilter};

/// How many runs are listed at a time.
const PAGE: i64 = 200;

/// Checks every run; prints each violation and a summary.
pub async fn run(storage: StorageOptions) -> Result<(), Error> {
    let store = storage.open_existing().await?;
    let (mut runs, mut violations) = (0_u64, 0_u64);
    let mut before = None;
    loop {
        let query = ListRuns { filter: RunFilter::default(), before, limit: PAGE };
        let page = store.read(query).await.map_err(Error::store("list the runs"))?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        for run in &page {
            runs += 1;
            violations += check_one(&store, run.id).await?;
        }
    }
    say(&format!(
        "{} checked in {}, {}.",
        count(runs, "run"),
        storage.database_name(),
        count(violations, "violation")
    ));
    if violations == 0 { Ok(()) } else { Err(Error::FaultsFound) }
}

async fn check_one(store: &Store, run_id: domain::RunId) -> Result<u64, Error> {
    let mut count = 0;
    for violation in store.read(CheckDatabase { run_id }).await.map_err(Error::store("check a run"))? {
        say(&format!("{}  {}: {}", violation.run_id, violation.invariant, violation.detail));
        count += 1;
    }
    Ok(count)
}
