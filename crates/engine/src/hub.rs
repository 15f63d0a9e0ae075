//! Hints that events were committed. A lost hint loses no event: readers ask the store.

use domain::RunId;
use tokio::sync::broadcast;

/// Wakes whoever waits for events of any run.
#[derive(Clone)]
pub struct Hub {
    hints: broadcast::Sender<RunId>,
}

impl Hub {
    pub fn new() -> Self {
        Self { hints: broadcast::channel(1024).0 }
    }

    /// Says that events of this run were committed.
    pub fn publish(&self, run: RunId) {
        // Nobody listening is no fault.
        let _ = self.hints.send(run);
    }

    /// Hears of every run from now on; a listener that lags is told so and reads the store.
    pub fn subscribe(&self) -> broadcast::Receiver<RunId> {
        self.hints.subscribe()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
