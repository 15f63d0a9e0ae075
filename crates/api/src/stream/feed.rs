//! The events of all runs.

use super::watch::{Wake, Watch};
use super::{Source, frame};
use crate::input::Cursor;
use crate::views;
use persistence::commands::{FeedEvents, FeedPosition};
use std::fmt::Write;
use std::time::Duration;

/// The wait that stands in for a lost hint.
const POLL: Duration = Duration::from_secs(1);
/// Events that are read at once.
const BATCH: i64 = 100;
/// The kind of the feed's cursors.
pub const CURSOR: &str = "feed";

/// Streams every run's events in an order that never changes.
pub struct AllEvents {
    watch: Watch,
    after: FeedPosition,
}

impl AllEvents {
    pub fn new(watch: Watch, after: FeedPosition) -> Self {
        Self { watch, after }
    }

    /// The place that an event's `id` names.
    pub fn place(text: &str, pointer: &str) -> crate::error::Result<FeedPosition> {
        Cursor::read(CURSOR, text, pointer)
    }

    async fn look(&mut self) -> crate::error::Result<Option<String>> {
        let query = FeedEvents { after: self.after, limit: BATCH };
        let found = self.watch.app.engine.store().read(query).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let mut text = String::new();
        for feed in found {
            self.after = FeedPosition { xact: feed.xact, position: feed.position };
            let event = views::feed_event(feed);
            // Writing to a text cannot fail.
            let _ = write!(text, "{}", frame::event(Cursor::write(CURSOR, self.after), event.event, &event));
        }
        Ok(Some(text))
    }
}

impl Source for AllEvents {
    async fn next(&mut self) -> Option<String> {
        if !self.watch.is_still_allowed().await {
            return None;
        }
        loop {
            // A client that resumes misses nothing when a failing store ends the stream.
            if let Some(text) = self.look().await.ok()? {
                self.watch.sent();
                return Some(text);
            }
            match self.watch.wait(None, POLL).await {
                Wake::Look => {}
                Wake::Heartbeat => return Some(frame::heartbeat()),
                Wake::End => return None,
            }
        }
    }
}
