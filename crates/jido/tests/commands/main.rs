//! The program as people and other programs call it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chores;
mod client;
mod demo;

use std::path::Path;
use std::process::{Command, Output};

/// The program, with none of this process's settings for it.
fn jido(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jido"));
    command.args(arguments);
    for name in [
        "JIDO_DATA",
        "JIDO_DATABASE",
        "JIDO_CONFIG",
        "JIDO_OUTPUT",
        "JIDO_REJECTION",
        "RUST_LOG",
        "JIDO_SERVER",
        "JIDO_TOKEN",
    ] {
        command.env_remove(name);
    }
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
