//! What the store holds, in domain types.

mod approval;
mod identity;
mod project;
mod run;
mod scope;
mod step;
mod webhook;
mod workflow;

pub use approval::{ApprovalRecord, VoteRecord};
pub use identity::{
    Account, Grant, InvitationRecord, MemberRecord, MembershipRecord, OwnerLinkRecord, SessionRecord,
    TokenRecord, UserRecord,
};
pub use project::ProjectRecord;
pub use run::{DiagnosticRecord, EventRecord, FeedEvent, RunRecord, TransitionRecord};
pub use scope::scope_of_run;
pub use step::{ArtifactRecord, AttemptRecord, AttemptResult};
pub use webhook::{DeliveryRecord, WebhookRecord};
pub use workflow::{VersionRecord, WorkflowRecord};

pub(crate) use approval::{ApprovalRow, VoteRow};
pub(crate) use identity::{InvitationRow, MembershipRow, OwnerLinkRow, SessionRow, TokenRow, UserRow};
pub(crate) use project::ProjectRow;
pub(crate) use run::{DiagnosticRow, EventRow, FeedRow, RunRow, TransitionRow};
pub(crate) use step::{ArtifactRow, AttemptRow};
pub(crate) use webhook::{DeliveryRow, WebhookRow};
pub(crate) use workflow::{VersionRow, WorkflowRow};
