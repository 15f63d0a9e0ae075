//! The panel on which a gate is decided, as the run's page and the inbox show it.
//!
//! `gate_state` is the machine that keeps the buttons off until the evidence has been seen; `panel` puts the pieces
//! together. What a screen asks of a person is a courtesy: the server checks every decision again.

mod blocked;
mod consequence;
mod decide;
mod diff;
mod draft;
mod dwell;
mod evidence;
mod form;
mod gate_state;
mod keys;
mod needs;
mod outcome;
mod panel;
mod record;
mod rejection;
#[cfg(test)]
pub mod sample;
mod summary;
mod titles;
mod who;
mod width;

pub use evidence::{level_word, tests_gist};
pub use keys::is_typing;
pub use panel::{ApprovalPanel, Arrival};
pub use record::sentence as outcome_sentence;
pub use width::is_wide;
