//! `jido run retry`.

use super::then::Then;
use crate::client::call::Call;
use crate::client::reference::{RunReference, beneath, ids};
use crate::client::text::clean;
use crate::error::Error;
use clap::Args;
use engine::clock;
use serde_json::json;
use wire::RunResponse;

#[derive(Debug, Args)]
pub struct RetryOptions {
    /// Its id, the address of its page, or PROJECT/NUMBER.
    run: RunReference,

    /// Repeat from this step on, where the workflow permits it; the whole run when left out.
    #[arg(long, value_name = "KEY")]
    step: Option<String>,

    /// Start from what the run's base names now, not from the commit that it started from.
    #[arg(long, conflicts_with = "step")]
    latest_base: bool,

    #[command(flatten)]
    then: Then,
}

pub fn retry(options: &RetryOptions) -> Result<(), Error> {
    let api = options.then.connect()?;
    let run = options.run.find(&api)?;
    let path = ids(&run);
    let key = clock::new_id().to_string();
    let call = match &options.step {
        Some(step) => Call::post(beneath(&path, &["steps", step, "retry"])),
        None if options.latest_base => {
            Call::post(beneath(&path, &["retry"])).json(&json!({ "base": "latest" }))
        }
        None => Call::post(beneath(&path, &["retry"])).json(&json!({})),
    };
    let document = api.json(&call.key(&key))?;
    let new: RunResponse = api.meaning(document.clone())?;
    let text = format!("Run {} repeats run {}: {}{}", new.number, run.number, api.server(), clean(&new.page));
    options.then.tell_and_follow(&api, &document, &text, &new.id.to_string())
}
