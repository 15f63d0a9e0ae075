//! The store's suite: every test runs on SQLite in a temporary folder and on a private PostgreSQL cluster.
//!
//! A module names its tests in `on_both_databases!`; a test that it forgets is dead code, which the compiler reports.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod support;

mod access;
mod archive;
mod cancel;
mod check;
mod claim;
mod concurrency;
mod create;
mod deciding;
mod feed;
mod fencing;
mod gates;
mod idempotency;
mod identity;
mod leases;
mod lists;
mod losing;
mod model;
mod opening;
mod progress;
mod retry;
mod votes;
mod webhooks;
mod workflows;
