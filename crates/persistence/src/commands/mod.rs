//! What callers may ask of the store: plain data, no SQL, no backend.

mod access;
mod change;
mod check;
mod gauges;
mod identity;
mod project;
mod publication;
mod queue;
mod run;
mod webhook;
mod workflow;

pub use access::{
    AcceptInvitation, CreateInvitation, DisableUser, EnableUser, GetUser, ListInvitations, ListMembers,
    ListUsers, RemoveMembership, RevokeInvitation, SetInstallationRole, SetMembership,
};
pub use change::{AttemptReport, Change, ChangeRun, Changed, Fence, GateOpening};
pub use check::{CheckDatabase, Violation};
pub use gauges::{Gauges, ReadGauges};
pub use identity::{
    CreateOwnerLink, CreateToken, EnsureOwner, FindSession, FindToken, FindUser, ListSessions, ListTokens,
    RedeemOwnerLink, RevokeOtherSessions, RevokeSession, RevokeToken, TouchSession,
};
pub use project::{
    ArchiveProject, CreateProject, GetProject, ListProjects, ListedProjects, UnarchiveProject, UpdateProject,
};
pub use publication::{Publication, RecordPublicationFailure, ResolvePublication, SupersedeHints};
pub use queue::{
    ClaimAttempts, Claimed, DueGates, NextDue, OrphanedAttempts, RecordProcess, ReleaseSlots, RenewLease,
    Timers, Workers,
};
pub use run::{
    AddArtifacts, CreateRun, Feed, FeedEvents, FeedPosition, FeedStart, FindFullGroup, GetApproval,
    GetArtifact, GetRun, ListApprovals, ListArtifacts, ListAttempts, ListDiagnostics, ListEvents,
    ListFailures, ListLineage, ListRuns, ListTransitions, Order, Retry, RunFilter, RunScope, ScopeOfRun,
    StepRetry,
};
pub use webhook::{
    Attempted, ClaimDeliveries, ClaimedDelivery, CreateWebhook, DeleteWebhook, DeliveryEnd, FinishDelivery,
    GetWebhook, ListDeliveries, ListWebhooks, Message, Ping, Redeliver, ReleaseDeliveries, RotateSecret,
    UpdateWebhook,
};
pub use workflow::{
    GetVersion, GetWorkflow, ListVersions, ListWorkflows, PublishVersion, Published, Publisher,
};

use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A unit of work with a result.
pub trait Operation: Send + Sync + 'static {
    type Output: Send + 'static;
}

/// How an operation runs on connections of type `C`.
pub trait Execute<C>: Operation {
    fn perform(&self, conn: &mut C) -> impl Future<Output = Result<Self::Output>> + Send;
}

macro_rules! operations {
    ($($name:ident => $output:ty),* $(,)?) => {$(
        impl $crate::commands::Operation for $name { type Output = $output; }
    )*};
}
use operations;

/// What makes a repeated request the same request.
#[derive(Debug, Clone)]
pub struct Idempotency {
    pub principal: domain::UserId,
    pub operation: &'static str,
    pub key: String,
    /// SHA-256 of what was asked.
    pub request_hash: String,
}

/// The stored reply to a request, as it was stored; `IdempotencyKeyReused` when its key answered another one.
#[derive(Debug, Clone)]
pub struct FindReply(pub Idempotency);

operations! { FindReply => Option<serde_json::Value> }

/// A result, and whether it is the stored one of an earlier identical request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply<T> {
    pub value: T,
    pub replayed: bool,
}

impl<T: serde::de::DeserializeOwned> Reply<T> {
    /// Reads a stored reply.
    pub(crate) fn stored(value: serde_json::Value) -> Result<Self> {
        let value =
            serde_json::from_value(value).map_err(|error| crate::Error::Corrupt(error.to_string()))?;
        Ok(Self { value, replayed: true })
    }
}
