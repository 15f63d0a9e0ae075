//! Who did something.

use crate::{TokenId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person, by session or by one of their tokens.
    User,
    /// The runtime itself.
    System,
}

/// The author of a transition, event or decision, as authentication established it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub kind: ActorKind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The API token that acted for the user, when one did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token_id: Option<TokenId>,
}

impl Actor {
    pub const fn system() -> Self {
        Self { kind: ActorKind::System, id: None, name: None, token_id: None }
    }

    pub const fn user(id: UserId, name: String, token_id: Option<TokenId>) -> Self {
        Self { kind: ActorKind::User, id: Some(id), name: Some(name), token_id }
    }
}
