//! The events of a run as they happen, by long polls.
//!
//! Each request is bounded, so a dead connection is noticed; each says where the last one ended, so nothing is missed
//! and nothing comes twice, whatever happened in between.

use crate::client::api::{Api, is_passing, items_of};
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::beneath;
use crate::output::note;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};
use wire::EventResponse;

/// How long one request waits for an event.
const WAIT: Duration = Duration::from_secs(20);
/// How long beyond `--timeout` an answer that is under way may take.
const GRACE: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The most events of one answer.
const PAGE: usize = 500;

/// Where following stands.
#[derive(Debug)]
pub struct Follower<'a> {
    api: &'a Api,
    ids: &'a (String, String),
    after: i64,
    deadline: Option<Instant>,
    /// The server is away, which was said.
    away: Option<Duration>,
}

/// What happened next.
#[derive(Debug)]
pub enum Next {
    /// Events in order, each with the JSON that it came as.
    Events(Vec<(Value, EventResponse)>),
    TimedOut,
}

impl<'a> Follower<'a> {
    /// Begins behind the event with the number `after`.
    pub fn new(api: &'a Api, ids: &'a (String, String), after: i64, timeout: Option<Duration>) -> Self {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        Self { api, ids, after, deadline, away: None }
    }

    /// Waits for what happens next. A server that is away is waited for too; one that refuses ends it.
    pub fn next(&mut self) -> Result<Next, Failure> {
        loop {
            let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(Next::TimedOut);
            }
            let wait = left.map_or(WAIT, |left| left.min(WAIT));
            let call =
                Call::get(beneath(self.ids, &["events"])).query("after", self.after).query("limit", PAGE);
            let call = call.waiting(wait);
            let call = left.into_iter().fold(call, |call, left| call.within(left + GRACE));
            match self.api.try_once(&call) {
                Ok(answer) => {
                    if self.away.take().is_some() {
                        note("jido: the server answers again");
                    }
                    let events = self.read(self.api.document(&answer)?)?;
                    if !events.is_empty() {
                        return Ok(Next::Events(events));
                    }
                }
                Err(failure) if is_passing(&failure) => self.pause(&failure, left),
                Err(failure) => return Err(failure),
            }
        }
    }

    fn read(&mut self, mut document: Value) -> Result<Vec<(Value, EventResponse)>, Failure> {
        let items = items_of(&mut document);
        let items = items.ok_or_else(|| self.api.unreadable(200))?;
        let mut events = Vec::with_capacity(items.len());
        for item in items {
            let event: EventResponse = self.api.meaning(item.clone())?;
            self.after = event.seq;
            events.push((item, event));
        }
        Ok(events)
    }

    /// Says once that the server is away, and waits a while.
    fn pause(&mut self, failure: &Failure, left: Option<Duration>) {
        let pause = match self.away {
            None => {
                note(&format!("jido: {failure}; trying again"));
                FIRST_PAUSE
            }
            Some(last) => (last * 2).min(LONGEST_PAUSE),
        };
        self.away = Some(pause);
        thread::sleep(left.map_or(pause, |left| left.min(pause)));
    }
}
