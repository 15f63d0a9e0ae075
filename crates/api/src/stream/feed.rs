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

    /// The events that there are now and that the caller may read; `None` when there are none.
    async fn look(&mut self) -> Option<String> {
        let query = FeedEvents { visibility: self.watch.visibility(), after: self.after, limit: BATCH };
        // A client that resumes misses nothing when a failing store ends the stream.
        let feed = self.watch.app.engine.store().read(query).await.ok()?;
        self.after = feed.next;
        if feed.events.is_empty() {
            return Some(String::new());
        }
        if !self.watch.confirm().await {
            return None;
        }
        let visible = self.watch.visibility();
        let mut text = String::new();
        for found in feed.events.into_iter().filter(|found| visible.includes(found.project_id)) {
            let place = FeedPosition { xact: found.xact, position: found.position };
            let event = views::feed_event(found);
            // Writing to a text cannot fail.
            let _ = write!(text, "{}", frame::event(Cursor::write(CURSOR, place), event.event, &event));
        }
        Some(text)
    }
}

impl Source for AllEvents {
    async fn next(&mut self) -> Option<String> {
        if !self.watch.is_still_allowed().await {
            return None;
        }
        loop {
            let text = self.look().await?;
            if !text.is_empty() {
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
