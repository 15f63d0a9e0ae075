//! The only place that calls the `git` executable.
//!
//! Every call is an argument vector, never a shell line, with a cleared environment, fixed configuration, a
//! deadline and bounded output. A [`Mirror`] is the server's private bare repository of one project; a run's
//! workspace is a clone of its own, and nothing below that workspace's `.git` is ever read or executed again once
//! a step had it in its hands.

mod error;
mod invocation;
mod mirror;
mod oid;
mod output;
mod process;
mod refname;
mod remote;
mod settings;
mod transport;
mod url;

pub use error::{Error, Result};
pub use mirror::{
    ChangeStatus, CommitRequest, Diff, FileChange, MAX_FILE_BYTES, MAX_IGNORED_PATHS, Mirror, PushOutcome,
    Snapshot, SnapshotRequest, check_base_ref,
};
pub use oid::{Oid, OidError};
pub use process::Git;
pub use refname::check_branch;
pub use remote::{Credential, Remote};
pub use url::{RemoteUrl, RemoteUrlError};
