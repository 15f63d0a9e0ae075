//! The run's events, read from its server-sent event stream.

use super::{api::Api, server::Server, show};
use crate::error::Error;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    thread,
    time::{Duration, Instant},
};

/// A connection is cut after this time and resumed behind the last event.
const ONE_CONNECTION: Duration = Duration::from_secs(60);

/// The pause before a stream that ended is opened again.
const BEFORE_RESUMING: Duration = Duration::from_millis(200);

/// No single wait for a gate or an end is longer.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// An event of the run.
#[derive(Debug)]
pub struct Event {
    pub seq: u64,
    pub name: String,
    pub body: Value,
}

/// Follows one run's stream and prints what it reads.
#[derive(Debug)]
pub struct Follower {
    path: String,
    last_seq: u64,
}

/// One dispatched block of the stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Block {
    id: String,
    event: String,
    data: String,
}

impl Follower {
    /// A follower that starts before the first event of the run.
    pub fn new(run_path: &str) -> Self {
        Self { path: format!("{run_path}/events/stream"), last_seq: 0 }
    }

    /// Prints events until one of the named ones, and returns it.
    ///
    /// A stream that ends or breaks is resumed behind the last event; a gap or a repetition is an error.
    pub fn until(&mut self, api: &Api, server: &Server, names: &[&str]) -> Result<Event, Error> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            server.check_alive()?;
            let response = match api.open_stream(&self.path, self.last_seq, ONE_CONNECTION) {
                Ok(response) => response,
                // A server that is gone is told apart from a broken connection at the start of the next round.
                Err(Error::NoAnswer { .. }) => {
                    thread::sleep(BEFORE_RESUMING);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let mut reader = BufReader::new(response.into_body().into_reader());
            while let Some(block) = next_block(&mut reader) {
                let Some(event) = self.accept(&block)? else {
                    continue;
                };
                show::event(&event);
                if names.contains(&event.name.as_str()) {
                    return Ok(event);
                }
            }
            thread::sleep(BEFORE_RESUMING);
        }
        Err(server.late(&format!("one of the events {}", names.join(", ")), PATIENCE))
    }

    /// The event in a block, checked to be the next one; `None` for a block without data.
    fn accept(&mut self, block: &Block) -> Result<Option<Event>, Error> {
        if block.data.is_empty() {
            return Ok(None);
        }
        let body = crate::process::parse_json("an event", &block.data)?.value;
        let seq = body["seq"].as_u64().or_else(|| block.id.parse().ok()).unwrap_or(0);
        if seq != self.last_seq + 1 {
            return Err(Error::Missing {
                what: "the event stream".to_owned(),
                pointer: format!("event {}", self.last_seq + 1),
                document: block.data.clone(),
            });
        }
        self.last_seq = seq;
        let name = body["event"].as_str().unwrap_or(&block.event).to_owned();
        Ok(Some(Event { seq, name, body }))
    }
}

/// Reads up to the next blank line; `None` at the end of the stream or when it breaks.
fn next_block(reader: &mut impl BufRead) -> Option<Block> {
    let mut block = Block::default();
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let text = line.trim_end_matches(['\n', '\r']);
        if text.is_empty() {
            return Some(block);
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut block.id),
            "event" => value.clone_into(&mut block.event),
            "data" if block.data.is_empty() => value.clone_into(&mut block.data),
            "data" => {
                block.data.push('\n');
                block.data.push_str(value);
            }
            // A comment (an empty field) keeps the connection alive; other fields mean nothing here.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_at_a_blank_line_and_comments_are_passed_over() {
        let mut text = ": hello\n\nid: 7\nevent: run_started\ndata: {\"a\":\ndata: 1}\n\nid: 8\n".as_bytes();
        assert_eq!(next_block(&mut text), Some(Block::default()));
        let block = next_block(&mut text).unwrap();
        assert_eq!((block.id.as_str(), block.event.as_str()), ("7", "run_started"));
        assert_eq!(block.data, "{\"a\":\n1}");
        assert_eq!(next_block(&mut text), None, "a block that is cut off is not dispatched");
    }

    #[test]
    fn a_gap_in_the_events_is_an_error() {
        let mut follower = Follower::new("/x");
        let block =
            |seq: u64| Block { data: format!("{{\"seq\":{seq},\"event\":\"e\"}}"), ..Block::default() };
        assert_eq!(follower.accept(&block(1)).unwrap().unwrap().seq, 1);
        assert!(follower.accept(&block(3)).is_err());
        assert!(follower.accept(&block(1)).is_err());
    }
}
