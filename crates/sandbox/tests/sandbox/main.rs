//! Real processes under the real supervisor.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod confinement;
mod descendants;
mod endings;
mod output;
mod support;
