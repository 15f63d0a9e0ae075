//! The run: its statuses, and what a command does to it.

mod change;
#[cfg(feature = "contract")]
mod decide;
#[cfg(feature = "contract")]
mod gate;
#[cfg(feature = "contract")]
mod progress;
#[cfg(feature = "contract")]
mod retry;
mod status;

pub use change::{AttemptState, AttemptWrite, Changes, EventDraft, TransitionDraft};
#[cfg(feature = "contract")]
pub use decide::{Command, Opening, Refused, decide};
#[cfg(feature = "contract")]
pub use progress::{LiveAttempt, RunState};
#[cfg(feature = "contract")]
pub use retry::{RetryRefused, check_full_run_retry, check_step_retry};
pub use status::{InvalidTransition, Move, Status, next_status};
