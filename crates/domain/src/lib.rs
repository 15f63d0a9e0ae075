//! The rules of the runtime, and nothing else.
//!
//! Everything here is pure: no input or output, no async, no clock, no randomness. Time and identifiers are
//! arguments. The crate compiles to WASM; without the feature `contract` it holds only the vocabulary that
//! clients share.

pub mod access;
pub mod actor;
pub mod approval;
pub mod concurrency;
pub mod contract;
pub mod digest;
pub mod event;
pub mod evidence;
pub mod failure;
pub mod fault;
pub mod id;
pub mod project;
pub mod publication;
#[cfg(feature = "contract")]
pub mod risk;
pub mod run;
pub mod timestamp;

pub use access::{Permission, Role, UserName};
pub use actor::{Actor, ActorKind};
pub use digest::Digest;
pub use fault::{Fault, FaultCode};
pub use id::{
    ApprovalId, ArtifactId, AttemptId, DeliveryId, IdError, InvitationId, ProjectId, RunId, SessionId,
    TokenId, UserId, WebhookId,
};
pub use timestamp::Timestamp;
