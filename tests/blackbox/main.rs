//! The black-box suite: the real `jido` binary, driven over HTTP, with real repositories and real processes.
//!
//! The binary is the one that `JIDO_BIN` names, else `jido` in the target directory of this test. Most tests share
//! one server for each database; a test that kills its server, or counts what is stored, has one of its own. When a
//! server ends, `jido check` must find no fault and no process of it may be left.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod support;

mod blocked_gates;
mod cli;
mod concurrency;
mod crash;
mod event_sequences;
mod events;
mod evidence;
mod failures;
mod gate_policies;
mod hostile_agent;
mod identity;
mod lifecycle;
mod main_job;
mod people;
mod permissions;
mod pins;
mod real_codebase;
mod retry;
mod revocation;
mod runs;
mod step_retry;
mod tls;
mod voters;
mod webhooks;
mod wrong_requests;
