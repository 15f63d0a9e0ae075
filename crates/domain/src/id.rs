//! Typed identifiers: UUIDs that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The text is not a UUID in its hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected a UUID such as 0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77")]
pub struct IdError;

macro_rules! define_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID made elsewhere; the shell makes version 7 ones, so that they sort by time.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }

            /// Reads the hyphenated form; every other spelling of a UUID is refused, so that an id has one text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let uuid = Uuid::try_parse(text).map_err(|_| IdError)?;
                if uuid.hyphenated().to_string() == text { Ok(Self(uuid)) } else { Err(IdError) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
    )*};
}

define_id! {
    /// A project: a git repository, or a place for runs without one.
    ProjectId,
    /// One execution of a pinned workflow version.
    RunId,
    /// One attempt at a step.
    AttemptId,
    /// One opening of a gate.
    ApprovalId,
    /// A stored file of a run: log, diff, report, evidence.
    ArtifactId,
    /// A person who signs in.
    UserId,
    /// An invitation of a new user.
    InvitationId,
    /// An API token.
    TokenId,
    /// A browser session.
    SessionId,
    /// A project's address that its runs' events are sent to.
    WebhookId,
    /// One event on its way to one webhook; what the receiver knows the message by.
    DeliveryId,
}

impl RunId {
    /// The last twelve hexadecimal digits: short enough for a branch name, random enough not to meet another.
    pub fn short(self) -> String {
        let text = self.as_uuid().simple().to_string();
        text[text.len() - 12..].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_exactly_one_text() {
        let text = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";
        assert_eq!(RunId::parse(text).unwrap().to_string(), text);
        for other in ["0199F0C2-7D1E-7A40-8C11-2F6D0A3B5E77", "0199f0c27d1e7a408c112f6d0a3b5e77", "", "x"] {
            assert_eq!(RunId::parse(other), Err(IdError), "{other}");
        }
    }

    #[test]
    fn the_short_form_is_the_random_tail() {
        assert_eq!(RunId::parse("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77").unwrap().short(), "2f6d0a3b5e77");
    }
}
