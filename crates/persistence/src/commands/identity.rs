//! Users, sessions, tokens, owner links.

use super::operations;
use crate::records::{OwnerLinkRecord, SessionRecord, TokenRecord, UserRecord};
use domain::{SessionId, Timestamp, TokenId, UserId};

operations! {
    EnsureOwner => UserRecord,
    FindUser => Option<UserRecord>,
    CreateOwnerLink => (),
    RedeemOwnerLink => UserRecord,
    FindSession => Option<(SessionRecord, UserRecord)>,
    TouchSession => (),
    RevokeSession => (),
    CreateToken => (),
    FindToken => Option<(TokenRecord, UserRecord)>,
    ListTokens => Vec<TokenRecord>,
    RevokeToken => (),
}

/// Returns the owner; makes this one when there is none yet.
#[derive(Debug, Clone)]
pub struct EnsureOwner(pub UserRecord);

#[derive(Debug, Clone)]
pub struct FindUser {
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct CreateOwnerLink(pub OwnerLinkRecord);

/// Spends a one-time link and opens the session, whose `user_id` is set to the link's; `NotFound` when the link is
/// unknown, spent or out of date.
#[derive(Debug, Clone)]
pub struct RedeemOwnerLink {
    pub token_hash: String,
    pub session: SessionRecord,
    pub now: Timestamp,
}

/// The live session with this hash, with its user.
#[derive(Debug, Clone)]
pub struct FindSession {
    pub token_hash: String,
    pub now: Timestamp,
}

/// Records that the session was used.
#[derive(Debug, Clone)]
pub struct TouchSession {
    pub id: SessionId,
    pub now: Timestamp,
}

#[derive(Debug, Clone)]
pub struct RevokeSession {
    pub id: SessionId,
    pub now: Timestamp,
}

#[derive(Debug, Clone)]
pub struct CreateToken(pub TokenRecord);

/// The live token with this hash, with its user.
#[derive(Debug, Clone)]
pub struct FindToken {
    pub token_hash: String,
    pub now: Timestamp,
}

#[derive(Debug, Clone)]
pub struct ListTokens {
    pub user_id: UserId,
}

/// `NotFound` when the user has no such token.
#[derive(Debug, Clone)]
pub struct RevokeToken {
    pub id: TokenId,
    pub user_id: UserId,
    pub now: Timestamp,
}
