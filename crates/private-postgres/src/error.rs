//! What can go wrong with a private cluster.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// A failure to start, use or stop a private cluster.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No folder holds all the PostgreSQL programs that are needed.
    #[error(
        "no PostgreSQL found on PATH or in /usr/lib/postgresql/*/bin (on Debian: apt-get install postgresql)"
    )]
    NotInstalled,

    /// No temporary folder is short enough for a socket and open to the unprivileged user.
    #[error("no usable temporary folder: tried {}", list(.tried))]
    NoFolder { tried: Vec<PathBuf> },

    /// The caller is root and no unprivileged user could be found to run the server.
    #[error("the caller is root and /etc/passwd names no user `nobody`; PostgreSQL refuses to run as root")]
    NoUnprivilegedUser,

    #[error("the operating system gave no random bytes for a password: {0}")]
    NoRandomness(getrandom::Error),

    #[error("could not {action} {}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("could not run {program}")]
    Spawn {
        program: &'static str,
        #[source]
        source: io::Error,
    },

    /// A PostgreSQL program ran and reported a failure; `output` is what it printed.
    #[error("{program} failed ({status}): {output}")]
    Program { program: &'static str, status: ExitStatus, output: String },

    #[error("the server ended while starting ({status}); the end of its log:\n{log}")]
    EndedEarly { status: ExitStatus, log: String },

    #[error("the server was not ready within {waited:?}; the end of its log:\n{log}")]
    NotReady { waited: Duration, log: String },

    #[error("the server did not stop within {waited:?} and was killed")]
    NotStopped { waited: Duration },

    #[error("not a database name: {name:?} (lower-case letters, digits and underscores, at most 63)")]
    DatabaseName { name: String },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
