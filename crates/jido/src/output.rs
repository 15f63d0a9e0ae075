//! What the program says: results on standard output, logs on standard error.

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

/// Whether somebody still reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    There,
    /// As in `jido run watch | head -1`.
    Gone,
}

/// Prints a line of the answer. A reader that has gone away, as in `jido check | head`, is no fault.
pub fn say(line: &str) {
    tell(line);
}

/// Prints a line of an answer that goes on, and says whether it is worth going on.
pub fn tell(line: &str) -> Reader {
    print(format!("{line}\n").as_bytes())
}

/// Prints a part of the answer as it is.
pub fn print(bytes: &[u8]) -> Reader {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Reader::There,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Reader::Gone,
        Err(error) => {
            // The first loss is the cause of those behind it.
            let _ = LOST.set(error);
            Reader::Gone
        }
    }
}

/// Why a part of the answer could not be written.
static LOST: OnceLock<std::io::Error> = OnceLock::new();

/// Why the answer did not arrive whole, though somebody wants it: a full disk, say.
pub fn lost() -> Option<&'static std::io::Error> {
    LOST.get()
}

/// Prints a line beside the answer, on standard error. Nobody reading it is no fault.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
