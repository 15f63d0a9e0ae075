//! The engine's configuration, from the file and from what the server's process has.

use crate::config::{FileConfig, step_environment, unset};
use crate::data_folder::DataFolder;
use crate::error::Error;
use engine::Config;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The kernel's name for the running program. It stays the same program when an upgrade replaces the file.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// How long a step's processes may take to end after TERM.
const GRACE: Duration = Duration::from_secs(5);

/// Completes the file's settings; warns of variables that are named and not set.
pub fn assemble(folder: &DataFolder, file: FileConfig) -> Result<Config, Error> {
    warn_of_unset(&file);
    let data_dir = folder.path().canonicalize().map_err(Error::io("read", folder.path()))?;
    let mut denied = file.secret_files();
    denied.push(data_dir.clone());
    Ok(Config {
        data_dir,
        supervisor: supervisor()?,
        agents: file.agents,
        credentials: file.credentials,
        limits: file.limits,
        webhooks: file.webhooks,
        render_event: api::render_event,
        step_env: step_environment(&file.steps.env),
        readable: file.steps.readable,
        writable: file.steps.writable,
        denied,
        max_live_steps: file.steps.max_live,
        lease: Duration::from_secs(file.steps.lease_seconds),
        grace: GRACE,
    })
}

fn supervisor() -> Result<PathBuf, Error> {
    if Path::new(THIS_PROGRAM).exists() {
        return Ok(PathBuf::from(THIS_PROGRAM));
    }
    std::env::current_exe().map_err(Error::io("find", "this program"))
}

fn warn_of_unset(file: &FileConfig) {
    for name in unset(&file.steps.env) {
        tracing::warn!(variable = name, "steps.env names a variable that the server's environment lacks");
    }
    for (agent, settings) in &file.agents {
        for name in unset(&settings.env_from) {
            tracing::warn!(
                agent,
                variable = name,
                "the agent's env_from names a variable that the server's environment lacks"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_reach_neither_the_data_folder_nor_credentials() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        let mut file = FileConfig::default();
        file.credentials.insert(
            "github".to_owned(),
            engine::Credential::Token { username: "x".to_owned(), token_file: key.clone() },
        );
        let config = assemble(&DataFolder::new(folder.path().to_owned()), file).unwrap();
        assert!(config.denied.contains(&key));
        assert!(config.denied.contains(&folder.path().canonicalize().unwrap()));
    }
}
