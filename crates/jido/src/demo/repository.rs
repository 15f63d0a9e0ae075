//! The demo's repositories: a work tree and the bare remote it was pushed to.

use crate::error::Error;
use std::path::Path;
use std::process::Command;

/// The same for everyone, so that the demo's first commit is the same everywhere.
const IDENTITY: [(&str, &str); 6] = [
    ("GIT_AUTHOR_NAME", "JidoCode Runs demo"),
    ("GIT_AUTHOR_EMAIL", "demo@jidocode.invalid"),
    ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
    ("GIT_COMMITTER_NAME", "JidoCode Runs demo"),
    ("GIT_COMMITTER_EMAIL", "demo@jidocode.invalid"),
    ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
];

/// Commits the work tree, pushes it to a new bare repository, and names that `origin` by its later address.
pub fn publish(work_tree: &Path, remote: &Path, later_address: &str) -> Result<(), Error> {
    let (project, bare) = (work_tree.to_string_lossy(), remote.to_string_lossy());
    git(&["init", "--quiet", "--bare", "--initial-branch=main", "--template=", &bare])?;
    git(&["init", "--quiet", "--initial-branch=main", "--template=", &project])?;
    let inside = |arguments: &[&str]| git(&[&["-C", &project], arguments].concat());
    inside(&["add", "--all"])?;
    inside(&["commit", "--quiet", "--message=Read durations"])?;
    inside(&["push", "--quiet", &bare, "main:refs/heads/main"])?;
    inside(&["remote", "add", "origin", later_address])
}

/// Runs git without the configuration of user and system: hooks and signing are none of the demo's business.
fn git(arguments: &[&str]) -> Result<(), Error> {
    let failed = |detail: String| Error::Git { command: arguments.join(" "), detail };
    let mut command = Command::new("git");
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.envs(IDENTITY).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
