//! The command line.

use crate::client::{LoginOptions, LogoutOptions, ProjectCommand, RunCommand};
use crate::demo::DemoCommand;
use crate::error::Error;
use crate::output::say;
use crate::owner_link::{OwnerLinkOptions, SignInLinkOptions};
use crate::serve::ServeOptions;
use crate::storage::StorageOptions;
use crate::tokens::TokenCommand;
use crate::workflow::WorkflowCommand;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

const AFTER_HELP: &str = "\
First steps with a server of your own:
  jido demo prepare --into ./demo
  jido serve --config ./demo/jido.toml --seed-demo ./demo

The main job, from anywhere:
  jido login http://127.0.0.1:8700          by a token, or by the one-time link that `serve` prints
  jido run start fix_failing_tests --project demo --input failure_signal='tests fail on main' \\
      --watch --wait-for awaiting_approval
  jido run show demo/1                      what would ship: change, tests, risks
  jido run approve demo/1 --wait            exactly that is committed and pushed
  jido run reject demo/1 --rationale 'why'  cancelled, or sent back with the reason

Exit codes:
   0  done; a watched run reached what was waited for
   1  faults were found (`check`, `workflow validate`, a request with faults)
   2  the command line is wrong
   3  not done; the message says what, why, and what to try
   4  not started: another server holds the data folder or the address
   5  not signed in, or not allowed
   6  there is no such thing
   7  refused by the state of things: already decided, evidence changed, not at a gate, a gate's policy
   8  the server cannot be reached, or failed
  10  the watched run failed
  11  the watched run was cancelled
  12  the watched run ended without reaching --wait-for
  13  the time given by --timeout is over

JIDO_SERVER and JIDO_TOKEN name the server and the token where nobody is logged in, and go before the login.
NO_COLOR takes the colours from logs.
RUST_LOG chooses what is logged to standard error, for example RUST_LOG=debug.";

/// Runs workflows on git repositories with coding agents, stops at gates, and ships exactly what a person approved.
#[derive(Debug, Parser)]
#[command(name = "jido", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server: the REST interface, the browser application, and the engine that runs the steps.
    Serve(Box<ServeOptions>),

    /// Bring the database up to date; `serve` does this by itself.
    #[command(after_help = "\
Examples:
  jido migrate --data ./data
  JIDO_DATABASE=postgres://jido@db.example/jido jido migrate

A SQLite database must not be in use by a server meanwhile.")]
    Migrate(StorageOptions),

    /// Print a new one-time link by which the owner signs in.
    OwnerLink(OwnerLinkOptions),

    /// Print a new one-time link by which another user signs in.
    SignInLink(SignInLinkOptions),

    /// Sign in to a server: store a token for the commands that ask it.
    Login(LoginOptions),

    /// Forget the stored token, and revoke it where the login made it.
    Logout(LogoutOptions),

    /// Make and list projects: git repositories under work.
    #[command(subcommand)]
    Project(ProjectCommand),

    #[command(subcommand)]
    Run(RunCommand),

    /// Make, list and revoke API tokens.
    #[command(subcommand)]
    Token(TokenCommand),

    /// Verify the invariants of every run in the database: read-only, also while the server runs.
    #[command(after_help = "\
Examples:
  jido check --data ./data
  JIDO_DATABASE=postgres://jido@db.example/jido jido check

Prints one line for each violation and exits with 1 when there is any.")]
    Check(StorageOptions),

    /// Check, publish, list and compare workflow definitions.
    #[command(subcommand)]
    Workflow(WorkflowCommand),

    /// Print the OpenAPI document of the REST interface.
    #[command(after_help = "\
Example:
  jido openapi > openapi.json")]
    Openapi,

    /// Make a small project with a failing test, to try the server on.
    #[command(subcommand)]
    Demo(DemoCommand),

    /// Print a script by which a shell completes commands and options.
    #[command(after_help = "\
Examples:
  jido completions bash > /etc/bash_completion.d/jido
  jido completions zsh > ~/.zfunc/_jido
  jido completions fish > ~/.config/fish/completions/jido.fish")]
    Completions { shell: Shell },

    /// Supervise one step; started by the server, not by people.
    #[command(hide = true)]
    Exec,
}

/// Whom a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    ForPeople,
    /// Told by `--json`.
    ForScripts,
}

/// Reads the command line; ends the program when it is wrong or asks for help.
pub fn read() -> (Command, Answers) {
    let matches = Cli::command().get_matches();
    let answers = answers(&matches);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    (cli.command, answers)
}

fn answers(matches: &ArgMatches) -> Answers {
    if let Ok(Some(true)) = matches.try_get_one::<bool>("json") {
        return Answers::ForScripts;
    }
    matches.subcommand().map_or(Answers::ForPeople, |(_, matches)| answers(matches))
}

/// Prints the script for a shell.
pub fn completions(shell: Shell) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "jido", &mut script);
    say(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::error::ErrorKind;
    use test_case::test_case;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test_case(&["run", "show", "p/1", "--json"], Answers::ForScripts)]
    #[test_case(&["run", "show", "p/1"], Answers::ForPeople)]
    #[test_case(&["completions", "bash"], Answers::ForPeople; "a command without the option")]
    fn scripts_are_answered_where_json_is_asked_for(arguments: &[&str], expected: Answers) {
        let matches = Cli::command().try_get_matches_from(["jido"].iter().chain(arguments)).unwrap();
        assert_eq!(answers(&matches), expected);
    }

    #[test]
    fn every_command_that_people_use_explains_itself_with_an_example() {
        fn visit(command: &clap::Command, path: &str) {
            for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
                let path = format!("{path} {}", child.get_name());
                assert!(child.get_about().is_some(), "{path} says nothing about itself");
                if child.has_subcommands() {
                    visit(child, &path);
                    continue;
                }
                let after = child.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(after.contains(path.trim()), "{path} has no example");
            }
        }
        visit(&Cli::command(), "jido");
    }

    #[test_case(&["serve", "--listen", "127.0.0.1:0", "--data", "d", "--config", "c", "--address-file", "a"]; "the demo's server")]
    #[test_case(&["serve", "--listen", "127.0.0.1:8700", "--data", "d", "--config", "c", "--seed-demo", "d/demo"]; "xtask up")]
    #[test_case(&["token", "create", "--name", "demo", "--data", "d", "--database", "postgres:///jido?host=/tmp"]; "a token")]
    #[test_case(&["demo", "prepare", "--into", "d"]; "preparing the demo")]
    #[test_case(&["exec"]; "a supervisor")]
    fn what_other_programs_call_is_understood(arguments: &[&str]) {
        Cli::try_parse_from(["jido"].iter().chain(arguments)).unwrap();
    }

    #[test]
    fn a_database_that_is_not_postgresql_is_refused() {
        let refused = Cli::try_parse_from(["jido", "check", "--database", "mysql://x"]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ValueValidation);
        assert!(refused.to_string().contains("postgres://"), "{refused}");
    }
}
