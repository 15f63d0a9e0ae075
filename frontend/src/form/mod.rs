//! Forms without a browser: what a form asks for, what was typed, and the request that comes of it.
//!
//! A workflow's JSON Schema becomes a tree of [`Field`]s; what a person typed is a [`Draft`] of the same shape; reading
//! the draft gives typed JSON and faults. A [`Marks`] puts faults, the server's as well, where the form shows them.

mod argv;
mod curl;
mod draft;
mod field;
mod mark;
mod project;
mod read;
mod resolve;
mod schema;
mod start;

pub use argv::{split, unsplit};
pub use curl::start_run_by_curl;
pub use draft::Draft;
pub use field::{Bound, Choice, Field, Kind, ListRule, NumberRule, TextInput, TextRule};
pub use mark::{Marks, Place, SummaryLine, element_id, standing};
pub use project::{ProjectDraft, project_places};
pub use read::{NOT_A_NUMBER, json_fault, read_inputs};
pub use schema::form_of;
pub use start::{LABELS, PROJECT, StartDraft, label_pointer};

#[cfg(test)]
mod tests;
