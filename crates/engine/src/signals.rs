//! News between nodes that share a database: told after commits, many at a time, by one task.

use crate::Engine;
use domain::RunId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a broken connection is left alone; polling carries on meanwhile.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs with news that other nodes have not been told yet.
pub struct News {
    runs: Mutex<BTreeMap<RunId, i64>>,
    more: Notify,
}

impl News {
    pub fn new() -> Self {
        Self { runs: Mutex::default(), more: Notify::new() }
    }

    /// The run's newest event is this one.
    pub fn add(&self, run: RunId, seq: i64) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = runs.entry(run).or_default();
        *newest = seq.max(*newest);
        drop(runs);
        self.more.notify_one();
    }

    fn take(&self) -> Vec<(RunId, i64)> {
        std::mem::take(&mut *self.runs.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

impl Engine {
    /// Tells other nodes of this one's news and hears theirs, until it is dropped.
    pub(crate) async fn exchange_news(&self) {
        tokio::join!(self.tell(), self.hear());
    }

    async fn tell(&self) {
        loop {
            self.shared.news.more.notified().await;
            self.tell_nodes(&self.shared.news.take()).await;
        }
    }

    async fn hear(&self) {
        loop {
            let heard = |run| {
                // This node's own commits are on record where they are made; a poll stands in for others.
                let _ = self.hub().publish(run);
                self.shared.due.notify_one();
            };
            if let Err(error) = self.store().listen(heard).await {
                tracing::warn!(%error, "news of other nodes cannot be heard; polling goes on");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
