//! Records in the wire's shapes.

mod approval;
mod event;
mod files;
mod project;
mod run;
mod step;
mod token;
mod webhook;
mod workflow;

pub use approval::{approval, gate, last_vote};
pub use event::{Origin, event, feed_event, render_event, transition};
pub use files::{artifact, diagnostics};
pub use project::project;
pub use run::{lineage, run};
pub use step::steps;
pub use token::render_token;
pub use webhook::{delivery, webhook};
pub use workflow::{comparison, version, version_summary, workflow};
