//! One call of git, described before it is started.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The bound for listings: about a million paths.
const DEFAULT_OUTPUT_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// An argument vector with what it needs around it.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// What the call is for, as it completes "git failed to …".
    pub(crate) operation: &'static str,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, OsString)>,
    pub(crate) configuration: Vec<(&'static str, String)>,
    pub(crate) directory: PathBuf,
    pub(crate) input: Option<Vec<u8>>,
    pub(crate) output_limit_bytes: u64,
    /// Texts that must not appear in an error.
    pub(crate) secrets: Vec<String>,
}

impl Invocation {
    pub(crate) fn new(operation: &'static str, directory: &Path) -> Self {
        Self {
            operation,
            arguments: Vec::new(),
            environment: Vec::new(),
            configuration: Vec::new(),
            directory: directory.to_owned(),
            input: None,
            output_limit_bytes: DEFAULT_OUTPUT_LIMIT_BYTES,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    pub(crate) fn args<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name, value.as_ref().to_owned()));
        self
    }

    pub(crate) fn config(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.configuration.push((name, value.into()));
        self
    }

    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    pub(crate) fn output_limit(mut self, limit_bytes: u64) -> Self {
        self.output_limit_bytes = limit_bytes;
        self
    }
}
