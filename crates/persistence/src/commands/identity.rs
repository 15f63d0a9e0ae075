//! Users, sessions, tokens, owner links.

use super::operations;
use crate::records::{Account, OwnerLinkRecord, SessionRecord, TokenRecord, UserRecord};
use domain::{SessionId, Timestamp, TokenId, UserId};

operations! {
    EnsureOwner => UserRecord,
    FindUser => Option<UserRecord>,
    CreateOwnerLink => (),
    RedeemOwnerLink => UserRecord,
    FindSession => Option<(SessionRecord, Account)>,
    TouchSession => (),
    ListSessions => Vec<SessionRecord>,
    RevokeSession => (),
    RevokeOtherSessions => u64,
    CreateToken => (),
    FindToken => Option<(TokenRecord, Account)>,
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

/// `NotFound` for a disabled user.
#[derive(Debug, Clone)]
pub struct CreateOwnerLink(pub OwnerLinkRecord);

/// Spends a one-time link and opens the session, whose `user_id` is set to the link's; `NotFound` when the link is
/// unknown, spent or out of date, or its user is disabled.
#[derive(Debug, Clone)]
pub struct RedeemOwnerLink {
    pub token_hash: String,
    pub session: SessionRecord,
    pub now: Timestamp,
}

/// The live session with this hash, with its user; none of a disabled user's.
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

/// The user's live sessions, oldest first.
#[derive(Debug, Clone)]
pub struct ListSessions {
    pub user_id: UserId,
    pub now: Timestamp,
}

/// `NotFound` when the user has no such session.
#[derive(Debug, Clone)]
pub struct RevokeSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub now: Timestamp,
}

/// Ends the user's live sessions, but for one; returns how many.
#[derive(Debug, Clone)]
pub struct RevokeOtherSessions {
    pub user_id: UserId,
    pub keep: Option<SessionId>,
    pub now: Timestamp,
}

/// `NotFound` for a disabled user.
#[derive(Debug, Clone)]
pub struct CreateToken(pub TokenRecord);

/// The live token with this hash, with its user; none of a disabled user's.
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
