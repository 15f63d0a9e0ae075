//! The server's operations, as the app calls them.
//!
//! One method of [`ApiClient`] per operation; shapes come from `wire`. A failure is always one of [`Failure`].

mod account;
mod approvals;
mod failure;
mod key;
mod projects;
mod request;
mod runs;
mod session;
pub mod stream;
mod users;
mod workflows;

pub use failure::Failure;
pub use key::IdempotencyKey;
pub use runs::{RunPath, log_path};
pub use users::MembersOf;

use domain::Permission;
use leptos::prelude::*;

/// What the server said of the caller last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Not asked yet.
    Unknown,
    SignedIn(wire::SessionResponse),
    SignedOut,
    /// Somebody was signed in, and the server no longer knows the session.
    Ended,
}

/// Calls the server. Cheap to copy; one for the whole app.
#[derive(Debug, Clone, Copy)]
pub struct ApiClient {
    /// Becomes `SignedOut` or `Ended` when any answer says that nobody is signed in.
    pub access: RwSignal<Access>,
    /// What to add to the browser's clock for the server's, in milliseconds.
    pub clock_offset_ms: RwSignal<i64>,
}

impl ApiClient {
    pub fn new() -> Self {
        Self { access: RwSignal::new(Access::Unknown), clock_offset_ms: RwSignal::new(0) }
    }

    /// Whether whoever is signed in may do this on some project, or on the installation.
    pub fn may(self, permission: Permission) -> bool {
        self.access.with(|access| match access {
            Access::SignedIn(session) => session.permissions.contains(&permission),
            Access::Unknown | Access::SignedOut | Access::Ended => false,
        })
    }

    /// Who is signed in.
    pub fn session(self) -> Option<wire::SessionResponse> {
        match self.access.get() {
            Access::SignedIn(session) => Some(session),
            Access::Unknown | Access::SignedOut | Access::Ended => None,
        }
    }
}

/// The app's client.
pub fn use_api() -> ApiClient {
    expect_context()
}
