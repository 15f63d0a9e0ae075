//! Users and what they sign in with. Secrets are stored as SHA-256 only.

use crate::sql::{At, Key, record};
use domain::{SessionId, Timestamp, TokenId, UserId};

record! {
    UserRecord / UserRow in users {
        id: UserId as Key,
        name: String as String,
        is_owner: bool as bool,
        created_at: Timestamp as At,
    }
}

record! {
    SessionRecord / SessionRow in sessions {
        id: SessionId as Key,
        user_id: UserId as Key,
        token_hash: String as String,
        created_at: Timestamp as At,
        last_seen_at: Timestamp as At,
        expires_at: Timestamp as At,
        revoked_at: Option<Timestamp> as Option<At>,
    }
}

record! {
    TokenRecord / TokenRow in api_tokens {
        id: TokenId as Key,
        user_id: UserId as Key,
        name: String as String,
        token_hash: String as String,
        created_at: Timestamp as At,
        expires_at: Option<Timestamp> as Option<At>,
        revoked_at: Option<Timestamp> as Option<At>,
    }
}

record! {
    /// A one-time link that signs its user in.
    OwnerLinkRecord / OwnerLinkRow in owner_links {
        token_hash: String as String,
        user_id: UserId as Key,
        created_at: Timestamp as At,
        expires_at: Timestamp as At,
        used_at: Option<Timestamp> as Option<At>,
    }
}
