//! The HTTP interface: routes, identity, streams of events, the OpenAPI document, the browser app's files.
//!
//! Nothing here decides what a run becomes and nothing here knows SQL: requests are read and checked, the engine or
//! the store is asked, and the answer is put into the wire's shapes.

mod context;
mod document;
mod error;
pub mod identity;
mod input;
mod metrics;
mod operations;
mod pages;
mod permission;
mod problems;
mod routes;
mod server;
mod stream;
mod trace;
mod views;

pub use document::{openapi, openapi_json};
pub use server::{MetricsReaders, Settings, serve};
pub use views::{render_event, render_token};

#[cfg(test)]
mod tests;
