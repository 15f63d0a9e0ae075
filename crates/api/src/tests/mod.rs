//! The API against SQLite in a temporary folder and an engine that runs `set` steps and gates.

mod approvals;
mod compare;
mod contract;
mod idempotency;
mod identity;
mod lists;
mod logs;
mod nodes;
mod pages;
mod problems;
mod projects;
mod publication;
mod runs;
mod streams;
mod support;
