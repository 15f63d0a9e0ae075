//! The one binary of JidoCode Runs: the client, the server, its chores, and the supervisor of steps.

mod check;
mod cli;
mod client;
mod config;
mod data_folder;
mod demo;
mod error;
mod files;
mod openapi;
mod output;
mod owner_link;
mod serve;
mod span;
mod storage;
mod tokens;
mod users;
mod workflow;

use cli::{Answers, Command};
use error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (command, answers) = cli::read();
    if matches!(command, Command::Exec) {
        // A supervisor forks, so it must be alone: it comes before logging, the runtime and every other thread.
        return sandbox::supervise();
    }
    let outcome = run(command).and_then(|()| match output::lost() {
        None => Ok(()),
        Some(error) => Err(Error::AnswerLost(error)),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match answers {
                Answers::ForPeople => {}
                Answers::ForScripts => error.say_for_scripts(),
            }
            error.report();
            error.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Serve(options) => {
            output::log_to_stderr(options.log_format, output::Chatter::Server);
            block_on(serve::run(*options))
        }
        Command::Migrate(storage) => with_runtime(storage.migrate()),
        Command::OwnerLink(options) => with_runtime(owner_link::run(options)),
        Command::SignInLink(options) => with_runtime(owner_link::sign_in_link(options)),
        Command::Token(command) => with_runtime(tokens::run(command)),
        Command::Check(storage) => with_runtime(check::run(storage)),
        Command::Workflow(command) => workflow::run(command),
        Command::Login(options) => client::login(&options),
        Command::Logout(options) => client::logout(&options),
        Command::Project(command) => client::project(command),
        Command::Run(command) => client::run(command),
        Command::Completions { shell } => cli::completions(shell),
        Command::Openapi => openapi::run(),
        Command::Demo(command) => demo::run(command),
        Command::Exec => Ok(()),
    }
}

/// Runs a short command that talks to the database.
fn with_runtime(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    output::log_to_stderr(output::LogFormat::Text, output::Chatter::Chore);
    block_on(work)
}

/// Two threads: the store's migrations block one of them.
fn block_on(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Error::io("start the runtime", "threads"))?;
    let outcome = runtime.block_on(work);
    // Whatever still blocks a thread, such as a query that nobody waits for, does not hold the exit up.
    runtime.shutdown_background();
    outcome
}
