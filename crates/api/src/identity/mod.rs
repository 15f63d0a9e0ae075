//! Who the caller is: API tokens and browser sessions. Secrets are stored as SHA-256 alone.

mod cookie;
mod guard;
mod link;
mod origin;
mod principal;
mod secret;

pub use principal::{Credential, Principal};
pub use secret::{hash_secret, new_secret};

pub(crate) use cookie::{cleared, read as session_cookie, session as new_session_cookie};
pub(crate) use guard::{admit, guard, readmit};
pub(crate) use link::link;
pub(crate) use principal::{SESSION_LIFE, by_session};
