//! One file or folder per route.

mod address;
pub mod approvals;
pub mod not_found;
pub mod project;
pub mod projects;
pub mod run;
pub mod runs;
pub mod sign_in;
mod submission;
pub mod workflows;
