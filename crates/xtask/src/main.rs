//! The chores of this repository: `cargo xtask <word>`.

mod browser;
mod debian_wasm;
mod demo;
mod error;
mod npm;
mod openapi;
mod process;
mod screenshots;
mod test;
mod tools;
mod up;
mod wasm_compiler;
mod web;
mod workspace;

use clap::{Args, Parser, Subcommand};
use error::Error;
use std::{error::Error as _, process::ExitCode};
use workspace::Profile;

/// Builds, tests and shows JidoCode Runs.
///
/// A fresh machine needs git, a C compiler and rustup; everything else is installed or built by these commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs every check that a change must pass: what continuous integration runs, and nothing else.
    ///
    /// Installs PostgreSQL, git, Chromium and Node.js where they are missing (Debian, as root or with password-less
    /// sudo; elsewhere it prints what to install), checks the formatting, runs clippy and builds once for all
    /// suites, then runs the suites one by one; last it builds the browser app and operates it. Prints one line per
    /// suite, and a suite's output only when it fails. A suite that fails does not keep the others from running.
    Test(TestOptions),

    /// Shows the main job end to end: a run on a real repository, stopped at its gate, approved and shipped.
    ///
    /// Starts a fresh server on a free port with its storage in a temporary folder, starts a run over REST, prints
    /// each event as it streams and the evidence at the gate, approves, and prints the commit and branch that the
    /// bare remote then holds. The coding agent is a scripted stand-in. The temporary folder is removed at the end
    /// and kept, and named, after a failure.
    Demo(demo::Options),

    /// Builds the release binary and the browser app, and starts the server on 127.0.0.1 with its data in ./data.
    ///
    /// The first start also prepares a demo project. The server prints its address and, on the first start, a
    /// one-time link for the owner. Stop it with Ctrl-C; started again, it continues where it was.
    Up(up::Options),

    /// Builds the browser app: into target/web with --release, else into target/web-debug.
    ///
    /// Serve it with `jido serve --web-root target/web`. Compiles for WASM with the active toolchain, or with
    /// Debian's where that has no standard library for the target and rustup may not bring it. A release also
    /// writes compressed files, and fails when the first load is larger than it may be.
    Web(WebOptions),

    /// Takes pictures of every page and renews those in docs/screenshots.
    Screenshots,

    /// Writes the server's OpenAPI document to openapi/v1.json, where `cargo xtask test` compares it.
    ///
    /// With --release it becomes what existing clients rely on, too: from then on `cargo xtask test` fails when a
    /// change would break them.
    Openapi(OpenapiOptions),
}

#[derive(Args)]
struct OpenapiOptions {
    /// Release the document: write it to openapi/released/v1.json as well.
    #[arg(long)]
    release: bool,
}

#[derive(Args)]
struct TestOptions {
    /// Run only the suites with these names, as `cargo xtask test` prints them; give it once for each.
    #[arg(long, value_name = "SUITE")]
    only: Vec<String>,
}

#[derive(Args)]
struct WebOptions {
    /// Build what users get: small, with compressed siblings.
    #[arg(long)]
    release: bool,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Test(options) => test::run(&options.only),
        Chore::Demo(options) => demo::run(&options),
        Chore::Up(options) => up::run(&options),
        Chore::Web(options) => web::run(if options.release { Profile::Release } else { Profile::Debug }),
        Chore::Screenshots => screenshots::run(),
        Chore::Openapi(options) => {
            openapi::renew(if options.release { openapi::Step::Release } else { openapi::Step::Commit })
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::SuitesFailed) => ExitCode::FAILURE,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// Prints an error with its causes, each on a line of its own.
fn report(error: &Error) {
    eprintln!("xtask: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
