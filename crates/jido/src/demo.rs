//! `jido demo`: a small real project with a failing test, and a scripted stand-in for a coding agent.

mod agent;
mod config_file;
mod prepare;
mod repository;

pub use config_file::AGENT;
pub use prepare::{Prepared, prepare};

use crate::error::Error;
use crate::output::say;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Make a folder with a project, its bare remote, and a configuration that names a scripted agent.
    #[command(after_help = "\
Examples:
  jido demo prepare --into ./demo
  jido serve --config ./demo/jido.toml --seed-demo ./demo

The project is a small Rust crate in which one test fails because of a real bug. The agent is a script inside jido
that knows this bug: a stand-in, no coding agent. The configuration shows how to name a real one.
Prints one line of JSON that says where everything is. Repeating it changes nothing.")]
    Prepare {
        /// The folder; made when it does not exist.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },

    /// Act as the scripted agent, in the current folder; started by a run.
    #[command(hide = true)]
    Agent,
}

pub fn run(command: DemoCommand) -> Result<(), Error> {
    match command {
        DemoCommand::Prepare { into } => {
            say(&prepare(&into)?.to_json());
            Ok(())
        }
        DemoCommand::Agent => agent::run(),
    }
}
