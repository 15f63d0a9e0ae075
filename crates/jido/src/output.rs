//! What the program says: results on standard output, logs on standard error.

use crate::error::Error;
use clap::ValueEnum;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;
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

/// What crosses the network byte by byte holds tokens: whatever RUST_LOG asks for, it is not logged.
const NEVER_LOGGED: [&str; 2] = ["ureq=off", "ureq_proto=off"];

/// Sends log lines to standard error from now on.
pub fn log_to_stderr(format: LogFormat, chatter: Chatter) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(chatter.filter()));
    let never = NEVER_LOGGED.iter().filter_map(|directive| directive.parse().ok());
    let filter = never.fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}

/// Prints a part of what somebody follows. Once nobody reads it any more, there is nothing to follow it for.
pub fn tell(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Error::ReaderGone,
        _ => Error::AnswerLost(LOST.get_or_init(|| error)),
    })
}

/// Prints a line of the answer. A reader that has gone away, as in `jido check | head`, is no fault; what is lost
/// otherwise is found by [`lost`].
pub fn say(line: &str) {
    let _ = tell(&format!("{line}\n"));
}

/// Why a part of the answer could not be written, the first time.
static LOST: OnceLock<std::io::Error> = OnceLock::new();

/// Why the answer did not arrive whole, though somebody wants it: a full disk, say.
pub fn lost() -> Option<&'static std::io::Error> {
    LOST.get()
}

/// Prints a line beside the answer, on standard error. Nobody reading it is no fault.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
