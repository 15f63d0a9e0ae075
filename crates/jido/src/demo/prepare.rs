//! Making the demo's folder.

use super::{config_file, repository};
use crate::error::Error;
use crate::files::{self, Readers};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The project's files, with their places in the work tree.
const FILES: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("../../demo/project/manifest.toml")),
    ("Cargo.lock", include_str!("../../demo/project/lock.toml")),
    (".gitignore", include_str!("../../demo/project/gitignore.txt")),
    ("README.md", include_str!("../../demo/project/readme.md")),
    ("src/lib.rs", include_str!("../../demo/project/lib.rs")),
];

const CONFIG: &str = "jido.toml";
const REMOTE: &str = "remote.git";
const PROJECT: &str = "project";

/// A demo that is ready to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The bare remote as a project names it: a `file://` address.
    pub repository: String,
    /// The bare remote as a folder.
    pub remote: PathBuf,
    pub config: PathBuf,
}

impl Prepared {
    /// The demo in this folder; `None` when there is none. Half of one is an error.
    pub fn find(folder: &Path) -> Result<Option<Self>, Error> {
        let (config, remote) = (folder.join(CONFIG), folder.join(REMOTE));
        match (config.exists(), remote.exists()) {
            (true, true) => {
                let folder = folder.canonicalize().map_err(Error::io("read", folder))?;
                Ok(Some(Self::within(&folder)))
            }
            (false, false) => Ok(None),
            (true, false) => Err(Error::DemoInTheWay { found: config, missing: remote }),
            (false, true) => Err(Error::DemoInTheWay { found: remote, missing: config }),
        }
    }

    fn within(folder: &Path) -> Self {
        let remote = folder.join(REMOTE);
        Self { repository: format!("file://{}", remote.display()), config: folder.join(CONFIG), remote }
    }

    /// One line that other programs read.
    pub fn to_json(&self) -> String {
        json!({
            "repository": self.repository,
            "remote": self.remote.to_string_lossy(),
            "config": self.config.to_string_lossy(),
        })
        .to_string()
    }
}

/// Makes the demo in this folder, or finds it there and leaves it alone.
pub fn prepare(folder: &Path) -> Result<Prepared, Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let folder = &folder.canonicalize().map_err(Error::io("read", folder))?;
    if let Some(prepared) = Prepared::find(folder)? {
        return Ok(prepared);
    }
    let prepared = Prepared::within(folder);
    let project = folder.join(PROJECT);
    if project.exists() {
        return Err(Error::DemoInTheWay { found: project, missing: prepared.config });
    }
    // Made aside and moved into place, so that an interrupted call leaves nothing that looks like a demo.
    let aside = tempfile::Builder::new().prefix(".preparing-").tempdir_in(folder);
    let aside = aside.map_err(Error::io("create a folder in", folder))?;
    write_project(&aside.path().join(PROJECT))?;
    repository::publish(&aside.path().join(PROJECT), &aside.path().join(REMOTE), &prepared.repository)?;
    for name in [PROJECT, REMOTE] {
        let place = folder.join(name);
        fs::rename(aside.path().join(name), &place).map_err(Error::io("create", &place))?;
    }
    let program = std::env::current_exe().map_err(Error::io("find", "this program"))?;
    files::replace(&prepared.config, &config_file::text(&program), Readers::Everyone)?;
    Ok(prepared)
}

fn write_project(work_tree: &Path) -> Result<(), Error> {
    for (name, content) in FILES {
        let path = work_tree.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        }
        fs::write(&path, content).map_err(Error::io("write", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
