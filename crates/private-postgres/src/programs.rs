//! Finds PostgreSQL's programs and runs the short-lived ones.

use crate::{Error, account::Account};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const NEEDED: [&str; 4] = ["initdb", "postgres", "psql", "pg_isready"];

/// Folders that distributions install versioned PostgreSQL programs in, as (parent, name prefix, tail).
const VERSIONED: [(&str, &str, &str); 2] = [("/usr/lib/postgresql", "", "bin"), ("/usr", "pgsql-", "bin")];

/// The folder that holds the programs of one PostgreSQL version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Looks through PATH, then through the distributions' folders, newest version first.
    ///
    /// All programs come from one folder, so that their versions agree.
    pub(crate) fn find() -> Result<Self, Error> {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .chain(versioned_folders())
            .find(|folder| NEEDED.iter().all(|program| folder.join(program).is_file()))
            .map(|folder| Self { folder })
            .ok_or(Error::NotInstalled)
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// A command for one of the programs: run as `account`, inside `folder`, undisturbed by the caller's `PG*`
    /// variables and locale.
    pub(crate) fn command(&self, program: &str, account: &Account, folder: &Path) -> Command {
        let mut command = Command::new(self.path(program));
        isolate(&mut command, account, folder);
        command
    }
}

/// Runs a command to its end and returns its standard output.
///
/// A failure carries everything the program printed.
pub(crate) fn run(program: &'static str, command: &mut Command) -> Result<String, Error> {
    let output = command.stdin(Stdio::null()).output().map_err(|source| Error::Spawn { program, source })?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(stdout.into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let output_text = format!("{stdout}{stderr}").trim().to_owned();
    Err(Error::Program { program, status: output.status, output: output_text })
}

/// Makes a command independent of who calls it and from where.
pub(crate) fn isolate(command: &mut Command, account: &Account, folder: &Path) {
    for (name, _) in env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").env("TZ", "UTC").env("HOME", folder).current_dir(folder);
    account.apply(command);
}

fn versioned_folders() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix, tail) in VERSIONED {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix)).and_then(major);
            if let Some(version) = version {
                found.push((version, entry.path().join(tail)));
            }
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version at the start of a folder name such as `15` or `9.6`.
fn major(name: &str) -> Option<u32> {
    name.split('.').next()?.parse().ok()
}
