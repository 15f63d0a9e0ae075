//! What follows once a run is made.

use super::watch::{Until, WatchFor, follow_to_end};
use crate::client::api::Api;
use crate::client::say_json;
use crate::client::server::ServerOptions;
use crate::error::Error;
use crate::output::{note, say};
use clap::Args;
use serde_json::Value;
use wire::RunResponse;

/// Whether the new run is followed.
#[derive(Debug, Args)]
pub struct Then {
    /// Follow the run.
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    until: Until,

    #[command(flatten)]
    server: ServerOptions,
}

impl Then {
    /// A client of the server that is meant.
    pub fn connect(&self) -> Result<Api, Error> {
        self.server.connect()
    }

    /// Says in `text` that the run is made, or prints its JSON, and follows it where that was asked for. `handle` names
    /// the run on a command line.
    pub fn tell_and_follow(&self, api: &Api, run: &Value, text: &str, handle: &str) -> Result<(), Error> {
        let is_followed = self.watch || self.until.is_given();
        match (self.server.json, is_followed) {
            (true, true) => note(text),
            (true, false) => say_json(run),
            (false, _) => say(text),
        }
        if !is_followed {
            if !self.server.json {
                note(&format!("Follow it: jido run watch {handle}"));
            }
            return Ok(());
        }
        let form = if self.server.json { WatchFor::Scripts } else { WatchFor::People };
        let run: RunResponse = api.meaning(run.clone())?;
        follow_to_end(api, &run, &self.until, form)
    }
}
