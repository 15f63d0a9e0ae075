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
            Self::Problem(problem) => {
                in_the_app(problem.code).map_or_else(|| problem.remediation.clone(), str::to_owned)
            }
            Self::Unreachable(_) => {
                "Check that the server runs and that you are online, then try again.".to_owned()
            }
            Self::Unreadable { .. } => {
                "Something between browser and server may have answered instead. Try again.".to_owned()
            }
        }
    }
}

/// What to do about a problem in the browser, where the catalogue speaks to programs.
fn in_the_app(code: ProblemCode) -> Option<&'static str> {
    const WORDS: [(ProblemCode, &str); 15] = [
        (ProblemCode::Forbidden, "Ask an admin for the role, if you need it."),
        (
            ProblemCode::NotFound,
            "It may have been removed, or you may not see it. Go back and look it up again.",
        ),
        (ProblemCode::Unauthenticated, "Sign in by a one-time link."),
        (
            ProblemCode::InvalidTransition,
            "The run has moved on. Reload the page to see what can be done now.",
        ),
        (ProblemCode::AlreadyDecided, "Reload the page: it shows who decided what."),
        (
            ProblemCode::ApprovalContextBlocked,
            "Follow what the gate says about its evidence, then build it again.",
        ),
        (ProblemCode::Conflict, "Reload the page, and do it again if it still applies."),
        (ProblemCode::StaleRevision, "Reload the page, and make your change to what is there now."),
        (ProblemCode::StaleEvidence, "Read the evidence as it is now, then decide."),
        (ProblemCode::ValidationFailed, "Mend what is named and send it again."),
        (
            ProblemCode::PolicyViolation,
            "The workflow's author has ruled this out. Take another way, such as a new run.",
        ),
        (ProblemCode::IdempotencyKeyReused, "Reload the page and do it again."),
        (ProblemCode::PreconditionRequired, "Reload the page and do it again."),
        (ProblemCode::InternalError, "Try again. If it stays, send the details to whoever runs the server."),
        (ProblemCode::Unavailable, "Try again in a moment."),
    ];
    WORDS.into_iter().find(|(of, _)| *of == code).map(|(_, words)| words)
}
