//! Users, their roles, and invitations.

use super::operations;
use crate::records::{InvitationRecord, MemberRecord, MembershipRecord, SessionRecord, UserRecord};
use domain::{InvitationId, ProjectId, Role, Timestamp, UserId};

operations! {
    GetUser => UserRecord,
    ListUsers => Vec<UserRecord>,
    DisableUser => UserRecord,
    EnableUser => UserRecord,
    ListMembers => Vec<MemberRecord>,
    SetMembership => (),
    RemoveMembership => (),
    SetInstallationRole => UserRecord,
    CreateInvitation => (),
    ListInvitations => Vec<InvitationRecord>,
    RevokeInvitation => InvitationRecord,
    AcceptInvitation => UserRecord,
}

#[derive(Debug, Clone)]
pub struct GetUser {
    pub id: UserId,
}

/// Oldest first, after the user `after`.
#[derive(Debug, Clone)]
pub struct ListUsers {
    pub after: Option<UserId>,
    pub limit: i64,
}

/// Disables the user and ends their sessions, tokens and links for good. `NotFound` for the owner too.
#[derive(Debug, Clone)]
pub struct DisableUser {
    pub id: UserId,
    pub now: Timestamp,
}

/// Lets the user sign in again, by a new link.
#[derive(Debug, Clone)]
pub struct EnableUser {
    pub id: UserId,
}

/// Everybody with a role on the project, be it by the installation's; with no project, on the installation. By name.
#[derive(Debug, Clone)]
pub struct ListMembers {
    pub project_id: Option<ProjectId>,
}

/// Gives the role on the project in place of the one that the user has there.
#[derive(Debug, Clone)]
pub struct SetMembership(pub MembershipRecord);

/// `NotFound` when the user has no role of their own there.
#[derive(Debug, Clone)]
pub struct RemoveMembership {
    pub user_id: UserId,
    pub project_id: ProjectId,
}

/// `NotFound` for the owner, whose role nobody changes.
#[derive(Debug, Clone)]
pub struct SetInstallationRole {
    pub id: UserId,
    /// Absent: none.
    pub role: Option<Role>,
}

#[derive(Debug, Clone)]
pub struct CreateInvitation(pub InvitationRecord);

/// Newest first.
#[derive(Debug, Clone)]
pub struct ListInvitations {
    pub before: Option<InvitationId>,
    pub limit: i64,
}

/// Revokes an invitation that nobody has accepted; one that is accepted or revoked stays as it is.
#[derive(Debug, Clone)]
pub struct RevokeInvitation {
    pub id: InvitationId,
    pub now: Timestamp,
}

/// Spends the invitation, makes the user with its roles and opens the session, all together.
///
/// `NotFound` when the invitation is unknown, spent, revoked or out of date, or when who made it could not make it now;
/// `Taken` when a user has the name.
#[derive(Debug, Clone)]
pub struct AcceptInvitation {
    pub token_hash: String,
    /// The new user, without a role: the invitation gives it.
    pub user: UserRecord,
    pub session: SessionRecord,
    pub now: Timestamp,
}
