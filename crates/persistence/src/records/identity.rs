//! Users and what they sign in with. Secrets are stored as SHA-256 only.

use crate::sql::{At, Doc, Key, record};
use domain::{Actor, InvitationId, Permission, ProjectId, Role, SessionId, Timestamp, TokenId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

record! {
    UserRecord / UserRow in users {
        id: UserId as Key,
        name: String as String,
        is_owner: bool as bool,
        created_at: Timestamp as At,
        /// On the whole installation. The owner needs none.
        role: Option<Role> as Option<String>,
        /// From then on the user signs in no more; what they did stays theirs.
        disabled_at: Option<Timestamp> as Option<At>,
    }
}

impl UserRecord {
    /// A user with no role yet.
    pub const fn new(id: UserId, name: String, created_at: Timestamp) -> Self {
        Self { id, name, is_owner: false, created_at, role: None, disabled_at: None }
    }

    /// The owner, who is admin of everything.
    pub const fn owner(id: UserId, name: String, created_at: Timestamp) -> Self {
        Self { id, name, is_owner: true, created_at, role: None, disabled_at: None }
    }

    /// The role on the whole installation.
    pub const fn installation_role(&self) -> Option<Role> {
        if self.is_owner { Some(Role::Admin) } else { self.role }
    }
}

/// A user with their roles on single projects.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub user: UserRecord,
    pub memberships: BTreeMap<ProjectId, Role>,
}

/// Somebody with a role, on a project or on the installation.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRecord {
    pub user: UserRecord,
    /// The role that was given on the project asked for; absent: the user is seen there by the installation's.
    pub role: Option<Role>,
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
        /// What the browser called itself at the sign-in.
        user_agent: Option<String> as Option<String>,
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
        /// What the token is limited to; absent: nothing is held back.
        scopes: Option<Vec<Permission>> as Option<Doc<Vec<Permission>>>,
        /// The only projects that the token reaches; absent: all of its user's, and the installation.
        project_ids: Option<Vec<ProjectId>> as Option<Doc<Vec<ProjectId>>>,
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

/// One role that an invitation gives; `project_id` absent: on the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub project_id: Option<ProjectId>,
    pub role: Role,
}

record! {
    /// A one-time link that makes a user.
    InvitationRecord / InvitationRow in invitations {
        id: InvitationId as Key,
        token_hash: String as String,
        /// Whom it is for, as the inviter calls them.
        label: String as String,
        grants: Vec<Grant> as Doc<Vec<Grant>>,
        invited_by: UserId as Key,
        created_by: Actor as Doc<Actor>,
        created_at: Timestamp as At,
        expires_at: Timestamp as At,
        revoked_at: Option<Timestamp> as Option<At>,
        accepted_at: Option<Timestamp> as Option<At>,
        accepted_by: Option<UserId> as Option<Key>,
    }
}

record! {
    MembershipRecord / MembershipRow in memberships {
        user_id: UserId as Key,
        project_id: ProjectId as Key,
        role: Role as String,
        updated_at: Timestamp as At,
    }
}
