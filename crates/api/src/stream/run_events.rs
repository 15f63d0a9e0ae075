//! The events of one run.

use super::watch::{Wake, Watch};
use super::{Source, frame};
use crate::views::{self, Origin};
use domain::RunId;
use domain::event::EventKind;
use persistence::commands::ListEvents;
use std::fmt::Write;
use std::time::Duration;

/// The wait that stands in for a lost hint.
const POLL: Duration = Duration::from_secs(1);
/// Events that are read at once.
const BATCH: i64 = 100;

/// Streams a run's events in order; ends once the event that ended the run was sent.
pub struct RunEvents {
    watch: Watch,
    run: RunId,
    origin: Origin,
    after: i64,
    ended: bool,
}

impl RunEvents {
    /// Begins with the event after `after`.
    pub fn new(watch: Watch, run: RunId, origin: Origin, after: i64) -> Self {
        Self { watch, run, origin, after, ended: false }
    }

    /// The events that there are now, as one piece; `None` when there are none.
    async fn look(&mut self) -> crate::error::Result<Option<String>> {
        let query = ListEvents { run_id: self.run, after: self.after, limit: BATCH };
        let records = self.watch.app.engine.store().read(query).await?;
        if records.is_empty() {
            return Ok(None);
        }
        let mut text = String::new();
        for record in records {
            self.after = record.seq;
            self.ended |= ends_run(record.kind);
            let event = views::event(record, &self.origin);
            // Writing to a text cannot fail.
            let _ = write!(text, "{}", frame::event(event.seq, event.event, &event));
        }
        Ok(Some(text))
    }
}

impl Source for RunEvents {
    async fn next(&mut self) -> Option<String> {
        if self.ended || !self.watch.is_still_allowed().await {
            return None;
        }
        loop {
            // A client that resumes misses nothing when a failing store ends the stream.
            if let Some(text) = self.look().await.ok()? {
                if !self.watch.confirm().await {
                    return None;
                }
                self.watch.sent();
                return Some(text);
            }
            match self.watch.wait(Some(self.run), POLL).await {
                Wake::Look => {}
                Wake::Heartbeat => return Some(frame::heartbeat()),
                Wake::End => return None,
            }
        }
    }
}

fn ends_run(kind: EventKind) -> bool {
    matches!(kind, EventKind::RunCompleted | EventKind::RunFailed | EventKind::RunCancelled)
}
