//! What the program says: results on standard output, logs on standard error.

use crate::error::Error;
use clap::ValueEnum;
use std::io::{IsTerminal, Write};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

/// How much is logged when `RUST_LOG` does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chatter {
    Server,
    /// A short command: its answer is on standard output, so only what went wrong is worth a line.
    Chore,
}

impl Chatter {
    const fn filter(self) -> &'static str {
        match self {
            Self::Server => "info,actix_server=warn",
            Self::Chore => "warn",
        }
    }
}

/// Sends log lines to standard error from now on.
pub fn log_to_stderr(format: LogFormat, chatter: Chatter) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(chatter.filter()));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}

/// Prints a part of what somebody follows. Once nobody reads it any more, there is nothing to follow it for.
pub fn tell(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|_| Error::ReaderGone)
}

/// Prints a line of the answer. A reader that has gone away, as in `jido check | head`, is no fault.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
