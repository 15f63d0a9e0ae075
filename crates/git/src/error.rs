//! What can go wrong when git is asked for something.

use std::io;
use std::path::PathBuf;

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed git operation.
///
/// Texts that come from git are bounded and free of credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No `git` executable was found.
    #[error("git is not installed")]
    NotInstalled,
    /// Git ended with a failure that has no variant of its own; `exit_code` is `None` after a signal.
    #[error("git failed to {operation} (exit code {}): {stderr}", exit_code_text(*.exit_code))]
    CommandFailed { operation: &'static str, exit_code: Option<i32>, stderr: String },
    /// Git did not finish in time and was killed with everything it had started.
    #[error("git took too long to {operation}")]
    TimedOut { operation: &'static str },
    /// Neither a branch, a tag nor a commit of that name is in the mirror.
    #[error("no branch, tag or commit is named {name:?}")]
    RefNotFound { name: String },
    /// The name is not one git accepts, or lies outside of the namespace that the operation may touch.
    #[error("not an acceptable reference name: {name:?}")]
    InvalidRef { name: String },
    /// The repository uses what runs cannot reproduce: submodules, LFS, nested repositories, another hash.
    #[error("the repository is not supported: {detail}")]
    RepositoryUnsupported { detail: String },
    /// The remote repository is missing, unreachable or may not be read.
    #[error("the repository cannot be read: {detail}")]
    RepositoryUnreadable { detail: String },
    /// The remote refused the credential, or wanted one and got none.
    #[error("the repository refused the credential: {detail}")]
    AuthenticationFailed { detail: String },
    /// The remote refused the push for a reason other than the branch being taken.
    #[error("the push was rejected: {detail}")]
    PushRejected { detail: String },
    /// The path leaves the folder it must stay in, or is not absolute where it has to be.
    #[error("the path is outside of its folder: {path:?}")]
    PathOutside { path: PathBuf },
    /// A checkout was asked for into a folder that already holds something.
    #[error("the workspace is not empty: {path:?}")]
    WorkspaceNotEmpty { path: PathBuf },
    /// A credential's file cannot be used; the path is named, its content never.
    #[error("the credential file {path:?} cannot be used: {detail}")]
    CredentialUnusable { path: PathBuf, detail: String },
    /// The answer is larger than the operation accepts.
    #[error("the answer to {operation} is larger than {limit_bytes} bytes")]
    TooLarge { operation: &'static str, limit_bytes: u64 },
    /// Git succeeded, but what it printed could not be understood.
    #[error("git printed something unexpected on {operation}: {detail}")]
    Output { operation: &'static str, detail: String },
    /// The operating system refused something.
    #[error("{operation} failed")]
    Io {
        operation: &'static str,
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Wraps an operating system error; made for `map_err`.
    pub(crate) fn io(operation: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, source }
    }

    /// Reports output that does not have the expected shape.
    pub(crate) fn output(operation: &'static str, detail: impl Into<String>) -> Self {
        Self::Output { operation, detail: detail.into() }
    }
}

fn exit_code_text(exit_code: Option<i32>) -> String {
    exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string())
}
