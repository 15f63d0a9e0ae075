//! `jido run cancel`.

use crate::client::call::{Call, said};
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::say_json;
use crate::client::server::ServerOptions;
use crate::error::Error;
use crate::output::say;
use clap::Args;
use engine::clock;
use wire::RunResponse;

#[derive(Debug, Args)]
pub struct CancelOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    /// Why, for those who read it later.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    server: ServerOptions,
}

pub fn cancel(options: &CancelOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let call = Call::post(beneath(&ids(&run), &["cancel"])).key(&clock::new_id().to_string());
    let document = api.json(&call.json(&said("reason", options.reason.as_deref())))?;
    if options.server.json {
        say_json(&document);
        return Ok(());
    }
    let run: RunResponse = api.meaning(document)?;
    say(&format!("Run {} is {}.", run.number, run.status));
    Ok(())
}
