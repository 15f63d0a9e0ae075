//! Sessions and API tokens.

use crate::check;
use crate::page::list;
use domain::{Timestamp, TokenId, UserId};
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
    /// Days until it ends; absent: it does not.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    #[validate(range(min = 1, max = 3650))]
    pub expires_in_days: Option<u32>,
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
}

/// A token just made. Its secret is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedTokenResponse {
    pub token: TokenResponse,
    /// Send it as `Authorization: Bearer <secret>`.
    pub secret: String,
}

list! {
    /// The caller's tokens, oldest first.
    TokenList of TokenResponse
}
