//! The only crate that knows SQL.
//!
//! Operations are plain data (`commands`). Their queries are written once (`ops`) and compiled for each backend:
//! embedded SQLite behind one group-committing writer thread, or PostgreSQL shared by many nodes.

#![expect(
    clippy::duplicate_mod,
    reason = "`ops` is compiled once for each backend: `Conn` is the including module's connection"
)]

pub mod commands;
mod error;
mod locking;
mod pg;
pub mod records;
mod schema;
mod sql;
mod sqlite;
mod store;

pub use commands::Operation;
pub use error::{Error, Result};
pub use sqlite::Options as SqliteOptions;
pub use store::{Portable, Store};
