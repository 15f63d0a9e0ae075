//! The events of a run as they happen, by long polls.
//!
//! Each request is bounded, so a dead connection is noticed; each says where the last one ended, so nothing is missed
//! and nothing comes twice, whatever happened in between.

use crate::client::api::{Api, is_passing};
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::beneath;
use crate::output::note;
use serde::de::DeserializeOwned;
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
            let left = self.left();
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(Next::TimedOut);
            }
            let wait = left.map_or(WAIT, |left| left.min(WAIT));
            let call =
                Call::get(beneath(self.ids, &["events"])).query("after", self.after).query("limit", PAGE);
            let call = call.waiting(wait);
            let call = left.into_iter().fold(call, |call, left| call.within(left + GRACE));
            let Some(document) = self.ask_once(&call)? else { continue };
            let events = self.read(document)?;
            if !events.is_empty() {
                return Ok(Next::Events(events));
            }
        }
    }

    /// Asks something in between, and waits for a server that is away as `next` does; nothing when time is over.
    pub fn ask<T: DeserializeOwned>(&mut self, call: &Call) -> Result<Option<T>, Failure> {
        loop {
            if let Some(document) = self.ask_once(call)? {
                return self.api.meaning(document).map(Some);
            }
            if self.left().is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
        }
    }

    /// The answer, or nothing after a pause when the server is away.
    fn ask_once(&mut self, call: &Call) -> Result<Option<Value>, Failure> {
        match self.api.try_once(call) {
            Ok(answer) => {
                if self.away.take().is_some() {
                    note("jido: the server answers again");
                }
                self.api.document(&answer).map(Some)
            }
            Err(failure) if is_passing(&failure) => {
                self.pause(&failure);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// The time that is left; nothing where there is no end to it.
    fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    fn read(&mut self, mut document: Value) -> Result<Vec<(Value, EventResponse)>, Failure> {
        let items = self.api.items(&mut document)?;
        let mut events = Vec::with_capacity(items.len());
        for item in items {
            let event: EventResponse = self.api.meaning(item.clone())?;
            self.after = event.seq;
            events.push((item, event));
        }
        Ok(events)
    }

    /// Says once that the server is away, and waits a while.
    fn pause(&mut self, failure: &Failure) {
        let pause = match self.away {
            None => {
                note(&format!("jido: {failure}; trying again"));
                FIRST_PAUSE
            }
            Some(last) => (last * 2).min(LONGEST_PAUSE),
        };
        self.away = Some(pause);
        thread::sleep(self.left().map_or(pause, |left| left.min(pause)));
    }
}
