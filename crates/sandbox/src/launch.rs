//! What to run and within which bounds.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One process to run under supervision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The program and its arguments; a name without a slash is looked up in `env`'s `PATH`.
    pub argv: Vec<String>,
    /// The whole environment: nothing is inherited. One variable, `JIDO_SUPERVISOR`, is added,
    /// by which [`crate::kill_remains`] knows the step's processes.
    pub env: BTreeMap<String, String>,
    pub cwd: PathBuf,
    /// Given to the process as its standard input, then end of file.
    ///
    /// It travels beside the JSON document, not in it, because bytes as JSON quadruple.
    #[serde(skip)]
    pub stdin: Vec<u8>,
    /// Counted from the moment the supervisor has read this document, by the monotonic clock.
    pub timeout: Duration,
    /// How long processes may take to end after SIGTERM before they are killed.
    pub grace: Duration,
    pub limits: Limits,
    pub access: Access,
}

/// Bounds that the kernel enforces on each process of the step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The size to which one file may grow.
    pub max_file_bytes: Option<u64>,
    pub max_open_files: Option<u64>,
    /// Counts all processes of the user, not only the step's. The kernel does not enforce it for root.
    pub max_processes: Option<u64>,
}

/// Which files a step reaches; what is not granted is out of reach.
///
/// The most specific path decides, so that a workspace can be granted inside a denied data directory;
/// of equal paths the denial wins. A grant inside a denied directory counts only when no symlink lies
/// between the two: an earlier step could have planted it. Read access granted beneath a writable
/// directory does not make it less writable. Paths that do not exist grant nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Full access beneath, except making device files.
    pub writable: Vec<PathBuf>,
    /// Read and execute beneath.
    pub readable: Vec<PathBuf>,
    /// Never reachable, except for grants beneath.
    pub denied: Vec<PathBuf>,
}
