//! The demo's project on disk, as `jido demo prepare` makes it.

use crate::{
    error::Error,
    process::{self, Checked},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where the prepared project is.
#[derive(Debug)]
pub struct Project {
    /// What the project names as its repository, as a URL.
    pub repository: String,
    /// The bare repository that the run pushes to.
    pub remote: PathBuf,
    pub config: PathBuf,
}

/// Makes a small crate with a failing test, its bare remote, a scripted agent and the configuration naming it.
pub fn prepare(jido: &Path, folder: &Path) -> Result<Project, Error> {
    let mut command = Command::new(jido);
    command.args(["demo", "prepare", "--into"]).arg(folder);
    let text = process::stdout_of("jido demo prepare", &mut command)?;
    let answer = process::parse_json("jido demo prepare's answer", &text)?;
    let repository = answer.text("/repository")?;
    let is_url = repository.contains("://");
    Ok(Project {
        repository: if is_url { repository } else { format!("file://{repository}") },
        remote: path(&answer.text("/remote")?),
        config: path(&answer.text("/config")?),
    })
}

/// The path that a plain or `file://` reference names.
fn path(reference: &str) -> PathBuf {
    PathBuf::from(reference.strip_prefix("file://").unwrap_or(reference))
}
