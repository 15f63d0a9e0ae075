//! The server's operations, as the app calls them.
//!
//! One method of [`ApiClient`] per operation; shapes come from `wire`. A failure is always one of [`Failure`].

mod approvals;
mod failure;
mod key;
mod projects;
mod request;
mod runs;
mod session;
pub mod stream;
mod workflows;

pub use failure::Failure;
pub use key::IdempotencyKey;
pub use runs::{RunPath, log_path};

use leptos::prelude::*;

/// What the server said of the caller last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Not asked yet.
    Unknown,
    SignedIn(wire::SessionResponse),
    SignedOut,
}

/// Calls the server. Cheap to copy; one for the whole app.
#[derive(Debug, Clone, Copy)]
pub struct ApiClient {
    /// Becomes `SignedOut` when any answer says that nobody is signed in.
    pub access: RwSignal<Access>,
    /// What to add to the browser's clock for the server's, in milliseconds.
    pub clock_offset_ms: RwSignal<i64>,
}

impl ApiClient {
    pub fn new() -> Self {
        Self { access: RwSignal::new(Access::Unknown), clock_offset_ms: RwSignal::new(0) }
    }
}

/// The app's client.
pub fn use_api() -> ApiClient {
    expect_context()
}
