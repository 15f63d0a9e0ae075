//! Reads the results of test runs: JUnit XML files and the output of common test runners.
//!
//! Everything here is pure: bytes or text in, a [`Report`] or a typed refusal out. Every parser takes time and
//! memory linear in its input and never panics.
//!
//! # How far a report can be trusted
//!
//! Output is written by the code under test, which can print anything. A parser therefore accepts only lines of
//! a runner's exact shape, checks every total against what was announced or listed, and gives no report at all
//! where the figures contradict each other or the end is missing. That catches truncation, interleaving and
//! careless imitation, not a program that prints a whole well-formed session of its own. The exit code is the
//! separate authority: a run that exited with another code than zero has failed, whatever its output counts.

mod compare;
mod junit;
mod limits;
mod output;
mod report;

pub use compare::{Comparison, compare};
pub use junit::{JunitError, MAX_JUNIT_BYTES, parse_junit};
pub use limits::{MAX_CASES, MAX_MESSAGE_BYTES, MAX_NAME_BYTES};
pub use output::parse_output;
pub use report::{Case, Format, Outcome, Report};
