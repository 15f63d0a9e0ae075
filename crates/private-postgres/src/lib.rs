//! Throw-away PostgreSQL clusters for tests and the demo.
//!
//! A [`Cluster`] is a real server with `fsync` on, a free port on 127.0.0.1, a private socket folder and a
//! random password that every connection must know. It needs only PostgreSQL's programs, no running service and
//! no rights: a caller that is root runs it as the user `nobody`, for the server refuses to run as root.
//!
//! Dropping the cluster ends the server and removes its folder, also when a test panics. A program that is killed,
//! or that keeps its cluster in a `static`, leaves nothing behind either: a small supervisor holds the other end of
//! a pipe and cleans up when the kernel closes it. (A parent-death signal would not do: it fires when the *thread*
//! that started the server ends, and every test has a thread of its own.)
//!
//! ```no_run
//! let cluster = private_postgres::Cluster::start()?;
//! let url = cluster.create_database("store")?;
//! # Ok::<(), private_postgres::Error>(())
//! ```

mod account;
mod cluster;
mod error;
mod folder;
mod programs;
mod server;

pub use cluster::Cluster;
pub use error::Error;

/// Tells whether PostgreSQL's programs are installed on this machine.
pub fn available() -> bool {
    programs::Programs::find().is_ok()
}
