//! The three blocks of evidence.

mod block;
mod changes;
mod risks;
mod test_results;
mod watch;

pub use block::{Marking, Seeing};
pub use changes::Changes;
pub use risks::{Risks, word as level_word};
pub use test_results::{TestResults, gist as tests_gist};
