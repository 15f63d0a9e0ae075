//! What can go wrong in a chore, worded for the person at the terminal.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The suites have already been reported; nothing is left to say.
    #[error("not every suite passed")]
    SuitesFailed,

    #[error("could not run {program}")]
    Spawn {
        program: String,
        #[source]
        source: io::Error,
    },

    /// A program reported failure; `output` is what it printed, empty when that went to the terminal.
    #[error("{program} failed ({status})\n{output}")]
    Program { program: String, status: ExitStatus, output: String },

    #[error("{program} was killed at its deadline\n{output}")]
    NeverEnded { program: String, output: String },

    /// The panic has already been reported.
    #[error("{0} panicked")]
    Panicked(&'static str),

    #[error("could not {action} {}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("{what} is not the JSON that was expected: {text}")]
    NotJson {
        what: String,
        text: String,
        #[source]
        source: serde_json::Error,
    },

    #[error("{what} lacks {pointer}: {document}")]
    Missing { what: String, pointer: String, document: String },

    #[error("{missing} missing; install with: {command}")]
    ToolsMissing { missing: String, command: String },

    #[error("the browser app is not built; `cargo xtask up --without-app` starts the server without it")]
    NoApp(#[source] Box<Error>),

    #[error("the app could not be bound to JavaScript: {0}")]
    Bindgen(String),

    #[error("{template} names {{{{{name}}}}}, which is no asset; there are: {assets}")]
    UnknownPlaceholder { template: String, name: String, assets: String },

    #[error(
        "the app's first load takes {actual} bytes after brotli, more than the {allowed} that it may take"
    )]
    OverBudget { actual: usize, allowed: usize },

    #[error(transparent)]
    Postgres(#[from] private_postgres::Error),

    #[error("{request} got no answer")]
    NoAnswer {
        request: String,
        #[source]
        source: Box<ureq::Error>,
    },

    #[error("{request} was refused with {status}: {body}")]
    Refused { request: String, status: u16, body: String },

    #[error("the server ended ({status}); the end of its log:\n{log}")]
    ServerEnded { status: ExitStatus, log: String },

    #[error("{what} did not happen within {} s; the end of the server's log:\n{log}", waited.as_secs())]
    Late { what: String, waited: Duration, log: String },

    #[error("the run ended as {actual}, not as {expected}\n{detail}")]
    WrongEnd { expected: &'static str, actual: String, detail: String },

    #[error("the gate is blocked: {0}")]
    GateBlocked(String),

    #[error("the remote disagrees with the evidence: {0}")]
    RemoteDisagrees(String),
}

impl Error {
    /// A closure for `map_err` on a file operation.
    pub fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// A closure for `map_err` on starting a program.
    pub fn spawn(program: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let program = program.into();
        move |source| Self::Spawn { program, source }
    }
}
