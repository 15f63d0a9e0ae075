//! Pieces that several pages use.

mod confirm;
mod copy;
mod dialog;
mod empty;
mod fault_summary;
mod field;
mod head;
mod loaded;
mod problem;
mod role;
mod search;
mod secret;
mod status;
mod when;

pub use confirm::{Act, Asked, Confirm, Question};
pub use copy::{Copy, DigestText};
pub use dialog::Dialog;
pub use empty::Empty;
pub use fault_summary::FaultSummary;
pub use field::Field;
pub use head::PageHead;
pub use loaded::{Loaded, Skeleton};
pub use problem::ProblemPanel;
pub use role::{RoleChange, RoleChoices, RoleDialog, RoleLadder, RoleSelect};
pub use search::SearchBox;
pub use secret::Secret;
pub use status::{StatusBadge, StatusKind};
pub use when::{At, Elapsed, When};
