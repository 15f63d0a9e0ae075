//! News between nodes that share a database: told after commits, many at a time, by one task.

use crate::Engine;
use domain::RunId;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How long a broken connection is left alone; polling carries on meanwhile.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs with news that other nodes have not been told yet.
pub struct News {
    runs: Mutex<BTreeSet<RunId>>,
    more: Notify,
}

impl News {
    pub fn new() -> Self {
        Self { runs: Mutex::default(), more: Notify::new() }
    }

    pub fn add(&self, run: RunId) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
        self.more.notify_one();
    }

    fn take(&self) -> Vec<RunId> {
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
            let runs = self.shared.news.take();
            if let Err(error) = self.store().announce(&runs).await {
                // The other nodes poll; they hear of it a little later.
                tracing::warn!(%error, "other nodes could not be told of news");
            }
        }
    }

    async fn hear(&self) {
        loop {
            let heard = |run| {
                self.hub().publish(run);
                self.shared.due.notify_one();
            };
            if let Err(error) = self.store().listen(heard).await {
                tracing::warn!(%error, "news of other nodes cannot be heard; polling goes on");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
