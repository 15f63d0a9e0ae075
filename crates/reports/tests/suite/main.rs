//! What the crate promises, on output captured from real runners.
//!
//! The files in `tests/fixtures` were captured with machine paths shortened, except those of Go, Surefire,
//! jest-junit and go-junit-report, which follow the shape of those tools.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod comparison;
mod fixture;
mod junit;
mod junit_faults;
mod messages;
mod output;
mod robustness;
mod shapes;
mod unclear;
