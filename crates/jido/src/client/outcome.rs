//! How a run that was watched ended, as the exit code says it.

use domain::run::Status;
use std::fmt;

/// Watching ended, and not as it was hoped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Failed,
    Cancelled,
    /// It ended and can no longer reach what was waited for.
    EndedOtherwise(Status),
    TimedOut(Status),
}

impl Outcome {
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 10,
            Self::Cancelled => 11,
            Self::EndedOtherwise(_) => 12,
            Self::TimedOut(_) => 13,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => write!(f, "the run failed"),
            Self::Cancelled => write!(f, "the run was cancelled"),
            Self::EndedOtherwise(status) => {
                write!(f, "the run is {status} and will not reach what was waited for")
            }
            Self::TimedOut(status) => {
                write!(f, "the time given by --timeout is over and the run is {status}")
            }
        }
    }
}
