//! Why something that was asked of the engine was not done.

use domain::Fault;
use domain::run::Status;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error with its causes, in one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request has faults; nothing was stored.
    #[error("{} faults in the request", .0.len())]
    Invalid(Vec<Fault>),
    #[error("no such {what}")]
    NotFound { what: &'static str },
    #[error("the project is archived")]
    ProjectArchived,
    /// The database failed the write that pins the run; nothing of it was stored.
    #[error("the run was not recorded")]
    RunNotCreated(#[source] persistence::Error),
    #[error("the pinned definition does not match its digest")]
    PinnedDocumentCorrupt,
    #[error("the step of a finished run cannot be changed; it is {status}")]
    Finished { status: Status },
    #[error("a stored file is missing or altered")]
    ArtifactCorrupt,
    #[error(transparent)]
    Retry(#[from] domain::run::RetryRefused),
    #[error(transparent)]
    Store(#[from] persistence::Error),
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error("input or output failed")]
    Io(#[from] std::io::Error),
}
