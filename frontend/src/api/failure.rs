//! Why an operation did not succeed.

use wire::{Problem, ProblemCode};

/// Why an operation did not succeed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The server refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// No answer came: nobody knows whether the server did what was asked.
    #[error("The server did not answer. {0}")]
    Unreachable(String),
    /// An answer came that is not the server's, from a proxy for example.
    #[error("The answer with status {status} could not be read. {detail}")]
    Unreadable { status: u16, detail: String },
}

impl Failure {
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Unreachable(_) | Self::Unreadable { .. } => None,
        }
    }

    pub fn code(&self) -> Option<ProblemCode> {
        self.problem().map(|problem| problem.code)
    }

    /// A short heading for people.
    pub fn title(&self) -> String {
        match self {
            Self::Problem(problem) => problem.title.clone(),
            Self::Unreachable(_) => "The server cannot be reached".to_owned(),
            Self::Unreadable { .. } => "The answer could not be read".to_owned(),
        }
    }

    /// What to do about it.
    pub fn remediation(&self) -> String {
        match self {
            Self::Problem(problem) => problem.remediation.clone(),
            Self::Unreachable(_) => {
                "Check that the server runs and that you are online, then try again.".to_owned()
            }
            Self::Unreadable { .. } => {
                "Something between browser and server may have answered instead. Try again.".to_owned()
            }
        }
    }
}
