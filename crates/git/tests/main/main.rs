//! Tests against real repositories in temporary folders.
#![expect(clippy::unwrap_used, reason = "a failed preparation is a failed test")]

mod fixture;
mod follow;
mod history;
mod hostile;
mod http;
mod names;
mod ship;
mod snapshot;
mod workspace;
