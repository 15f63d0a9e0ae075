//! Pieces that several pages use.

mod copy;
mod dialog;
mod empty;
mod fault_summary;
mod field;
mod head;
mod loaded;
mod problem;
mod search;
mod status;
mod when;

pub use copy::{Copy, DigestText};
pub use dialog::Dialog;
pub use empty::Empty;
pub use fault_summary::FaultSummary;
pub use field::Field;
pub use head::PageHead;
pub use loaded::{Loaded, Skeleton};
pub use problem::ProblemPanel;
pub use search::SearchBox;
pub use status::{StatusBadge, StatusKind};
pub use when::{Elapsed, When};
