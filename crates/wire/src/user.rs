//! Users, their roles, and invitations.

use crate::check;
use crate::page::{list, page};
use domain::{Actor, InvitationId, ProjectId, Role, Timestamp, UserId, UserName};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: UserId,
    pub name: String,
    pub is_owner: bool,
    /// On the whole installation; null: none. The owner is admin.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Role>))]
    pub role: Option<Role>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    /// Since when the user cannot sign in; null: they can.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub disabled_at: Option<Timestamp>,
}

page! {
    /// A page of users, oldest first.
    UserList of UserResponse
}

/// The role that somebody gets.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetRoleRequest {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Role))]
    pub role: Role,
}

/// Somebody with a role, on a project or on the installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub user_id: UserId,
    pub name: String,
    pub is_owner: bool,
    /// The role given here; null: the installation's alone counts, and there is nothing here to take away.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Role>))]
    pub role: Option<Role>,
    /// The role on the whole installation; null: none.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Role>))]
    pub installation_role: Option<Role>,
    /// The greater of the two: the one that counts.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Role))]
    pub effective_role: Role,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub disabled_at: Option<Timestamp>,
}

list! {
    /// Everybody with a role, by name.
    MemberList of MemberResponse
}

/// One role that an invitation gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GrantedRole {
    /// Null or absent: on the whole installation.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Uuid>))]
    pub project_id: Option<ProjectId>,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Role))]
    pub role: Role,
}

/// An invitation of a new user.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInvitationRequest {
    /// Whom it is for, in your own words; whoever accepts chooses the user name.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 100, example = "An approver of the parser team")
    )]
    #[validate(length(min = 1, max = 100), custom(function = check::name))]
    pub name: String,
    /// The roles that the new user gets. None: the user may sign in and read workflows.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    #[validate(length(max = 100), nested)]
    pub memberships: Vec<GrantedRole>,
    /// Hours until the link stops working; 72 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 720))]
    #[validate(range(min = 1, max = 720))]
    pub expires_in_hours: Option<u32>,
}

/// An invitation, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: InvitationId,
    pub name: String,
    pub memberships: Vec<GrantedRole>,
    /// `open`, `accepted`, `revoked` or `expired`.
    pub status: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Actor))]
    pub created_by: Actor,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub expires_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub revoked_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub accepted_at: Option<Timestamp>,
    /// Who accepted it; null while nobody has.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Uuid>))]
    pub accepted_by: Option<UserId>,
}

page! {
    /// A page of invitations, newest first.
    InvitationList of InvitationResponse
}

/// An invitation just made. Its link is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedInvitationResponse {
    pub invitation: InvitationResponse,
    /// Give it to whom it is for: it works once. The secret is behind `#token=`, which browsers never send.
    pub url: String,
}

/// The acceptance of an invitation.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitationRequest {
    /// As the link holds it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    #[validate(length(min = 1, max = 200))]
    pub token: String,
    /// The user name, unique and for good.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::UserName, example = "approver"))]
    pub name: UserName,
}

/// A one-time link that signs an existing user in. It is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInLinkResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub user_id: UserId,
    pub url: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub expires_at: Timestamp,
}
