//! The rules of the domain, seen from outside the crate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up its case should stop there"
)]

mod access;
mod builtins;
mod contract_defaults;
mod contract_faults;
mod contract_graph;
mod contract_properties;
mod corrupt_definition;
mod documentation;
mod failure;
mod gate;
mod inputs;
mod risk;
mod run_driver;
mod run_lifecycle;
mod run_properties;
mod schema;
mod secrets;
mod support;
mod templates;
