//! The command line.

use crate::demo::DemoCommand;
use crate::owner_link::{OwnerLinkOptions, SignInLinkOptions};
use crate::serve::ServeOptions;
use crate::storage::StorageOptions;
use crate::tokens::TokenCommand;
use crate::workflow::WorkflowCommand;
use clap::{Parser, Subcommand};

const AFTER_HELP: &str = "\
First steps:
  jido demo prepare --into ./demo
  jido serve --config ./demo/jido.toml --seed-demo ./demo

Exit codes:
  0  done
  1  done, and faults were found (`check`, `workflow validate`)
  2  the command line is wrong
  3  not done; the message says what, why, and what to try
  4  not started: another server holds the data folder or the address

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

    /// Look at workflow definitions, without a server.
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

    /// Supervise one step; started by the server, not by people.
    #[command(hide = true)]
    Exec,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;
    use test_case::test_case;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
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
