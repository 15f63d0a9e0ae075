//! The client of the REST interface: the commands that people and scripts use from anywhere.

mod api;
mod call;
mod credentials;
mod failure;
mod login;
mod outcome;
mod project;
mod prompt;
mod reference;
mod run;
mod server;
mod table;
mod text;
mod token;
mod workflow;

pub use failure::Failure;
pub use login::{LoginOptions, LogoutOptions, login, logout};
pub use outcome::Outcome;
pub use project::ProjectCommand;
pub use run::RunCommand;
pub use server::ServerOptions;
pub use text::{clean, count};
pub use token::{CreateOverApi, create_token, list_tokens, revoke_token};
pub use workflow::{DiffOptions, ListOptions as WorkflowListOptions, PublishOptions};

pub use project::execute as project;
pub use run::execute as run;
pub use workflow::{diff, list as list_workflows, publish};

use serde_json::Value;

/// Prints the API's own answer, whole, for scripts.
pub fn say_json(value: &Value) {
    crate::output::say(&text::clean_json(&format!("{value:#}")));
}

/// JSON on one line, for scripts.
pub fn json_line(value: &Value) -> String {
    text::clean_json(&value.to_string())
}
