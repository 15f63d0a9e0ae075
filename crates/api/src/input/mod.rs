//! What requests bring: bodies, query parameters, path identifiers, preconditions, keys.

mod body;
mod check;
mod cursor;
pub mod idempotency;
mod params;
mod paths;
mod patterns;
pub mod preconditions;

pub use body::{Body, unsupported};
pub use check::Checked;
pub use cursor::{Cursor, next_link};
pub use idempotency::IdempotencyKey;
pub use params::Params;
pub use paths::{
    ApprovalPath, ArtifactPath, AttemptPath, DeliveryPath, InvitationPath, MemberPath, ProjectMemberPath,
    ProjectPath, RunPath, SessionPath, StepPath, TokenPath, UserPath, VersionPath, WebhookPath, WorkflowPath,
};
pub use preconditions::{IfMatch, etag, is_not_modified};
