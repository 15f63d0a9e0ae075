//! One file or folder per route.

pub mod account;
mod address;
pub mod approvals;
pub mod not_found;
pub mod people;
pub mod project;
pub mod projects;
pub mod run;
pub mod runs;
pub mod sign_in;
mod submission;
pub mod workflows;
