//! What the bare remote holds, asked of git itself.

use crate::{error::Error, process};
use std::{path::Path, process::Command};

/// A branch of the remote.
#[derive(Debug, PartialEq, Eq)]
pub struct Branch {
    pub name: String,
    pub commit: String,
}

/// All branches of the remote.
pub fn branches(remote: &Path) -> Result<Vec<Branch>, Error> {
    let format = "--format=%(objectname) %(refname:lstrip=2)";
    let text = git(remote, &["for-each-ref", format, "refs/heads/"])?;
    Ok(text.lines().filter_map(branch).collect())
}

/// The branches that runs pushed.
pub fn run_branches(remote: &Path) -> Result<Vec<Branch>, Error> {
    Ok(branches(remote)?.into_iter().filter(|branch| branch.name.starts_with("jidocode/")).collect())
}

/// The log line and the changed files of a commit.
pub fn describe(remote: &Path, commit: &str) -> Result<String, Error> {
    git(remote, &["show", "--no-color", "--stat", "--format=%h %s", "--end-of-options", commit])
}

fn git(remote: &Path, arguments: &[&str]) -> Result<String, Error> {
    let mut command = Command::new("git");
    // The bare repository may belong to the server's user; only reading is done here.
    command.args(["-c", "safe.directory=*", "-C"]).arg(remote).args(arguments);
    process::stdout_of("git", &mut command)
}

fn branch(line: &str) -> Option<Branch> {
    let (commit, name) = line.split_once(' ')?;
    Some(Branch { name: name.to_owned(), commit: commit.to_owned() })
}
