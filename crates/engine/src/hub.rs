//! Hints that events were committed. A lost hint loses no event: readers ask the store.

use domain::RunId;
use domain::publication::{Fault, Reason};
use std::panic::{AssertUnwindSafe, catch_unwind};
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

    /// Says that events of this run were committed. What goes wrong here, a panic too, is the hub's affair alone: the
    /// commit stands.
    pub fn publish(&self, run: RunId) -> Result<(), Fault> {
        let sent = catch_unwind(AssertUnwindSafe(|| self.send(run)));
        sent.unwrap_or_else(|panic| Err(Fault::new(Reason::HubFailed, words_of(&*panic))))
    }

    fn send(&self, run: RunId) -> Result<(), Fault> {
        // Compiled for tests alone: each names the run whose hints fail.
        fail::fail_point!(&format!("hub_publish_{run}"), |why| {
            Err(Fault::new(Reason::HubFailed, why.unwrap_or_else(|| "The hub failed.".to_owned())))
        });
        // Nobody listening is no fault.
        let _ = self.hints.send(run);
        Ok(())
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

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("The hub panicked: {}", words.unwrap_or("without words"))
}
