//! Who is signed in, sessions, and API tokens.

use crate::check;
use crate::page::list;
use domain::{Permission, ProjectId, Role, SessionId, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The secret of a one-time link.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// As the link holds it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    #[validate(length(min = 1, max = 200))]
    pub token: String,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub user_id: UserId,
    pub name: String,
    pub is_owner: bool,
    /// The role on the whole installation; null: none. The role on a project stands in the project.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Role>))]
    pub role: Option<Role>,
    /// What this credential may do somewhere; a project's own `permissions` say what it may do there.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::Permission>))]
    pub permissions: Vec<Permission>,
    /// `session` (a browser) or `token`.
    pub credential: String,
    /// When the credential ends; null: never.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub expires_at: Option<Timestamp>,
}

/// A new API token.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateTokenRequest {
    /// What it is for.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    #[validate(length(min = 1, max = 100), custom(function = check::name))]
    pub name: String,
    /// Days until it ends; absent: it does not, or ends with the token that makes it.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    #[validate(range(min = 1, max = 3650))]
    pub expires_in_days: Option<u32>,
    /// What it is limited to; null or absent: to nothing, or to what the token is limited to that makes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50, value_type = Option<Vec<crate::schema::Permission>>))]
    #[validate(length(min = 1, max = 50))]
    pub scopes: Option<Vec<Permission>>,
    /// The only projects that it reaches; null or absent: all of its user's, and the installation.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100, value_type = Option<Vec<crate::schema::Uuid>>))]
    #[validate(length(min = 1, max = 100))]
    pub project_ids: Option<Vec<ProjectId>>,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: TokenId,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub expires_at: Option<Timestamp>,
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<crate::schema::Timestamp>))]
    pub revoked_at: Option<Timestamp>,
    /// What it is limited to; null: to nothing.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<Vec<crate::schema::Permission>>))]
    pub scopes: Option<Vec<Permission>>,
    /// The only projects that it reaches; null: all of its user's, and the installation.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<Vec<crate::schema::Uuid>>))]
    pub project_ids: Option<Vec<ProjectId>>,
}

/// A token just made. Its secret is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedTokenResponse {
    pub token: TokenResponse,
    /// Send it as `Authorization: Bearer <secret>`.
    pub secret: String,
}

/// A browser session of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSessionResponse {
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Uuid))]
    pub id: SessionId,
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub created_at: Timestamp,
    /// To the minute.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Timestamp))]
    pub expires_at: Timestamp,
    /// Whether the request came by it.
    pub current: bool,
    /// What the browser called itself at the sign-in; null where it said nothing.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub user_agent: Option<String>,
}

list! {
    /// The caller's live sessions, oldest first.
    SessionList of OwnSessionResponse
}

/// How many sessions were ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokedSessions {
    pub revoked: u64,
}

list! {
    /// The caller's tokens, oldest first.
    TokenList of TokenResponse
}
