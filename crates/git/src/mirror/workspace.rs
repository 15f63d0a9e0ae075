//! Workspaces: clones that a run's steps may do anything to.

use super::Mirror;
use crate::error::{Error, Result};
use crate::invocation::Invocation;
use crate::oid::Oid;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const OPERATION: &str = "prepare the workspace";

/// The branch that a workspace's work tree is on.
const BRANCH: &str = "refs/heads/jidocode";

/// What a workspace's own configuration gets on top of git's defaults, so that agents may commit.
const WORKSPACE_CONFIGURATION: &str = "[user]\n\tname = JidoCode Agent\n\temail = agent@jidocode.invalid\n\
[commit]\n\tgpgSign = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\tautocrlf = false\n";

impl Mirror {
    /// Makes a clone in an absent or empty folder, with the work tree at `commit` on the branch `jidocode`.
    ///
    /// The clone shares nothing with the mirror: no alternates, no hard links and no remote, so that whatever a
    /// step does to it stays in it.
    pub async fn checkout(&self, commit: &Oid, workspace: &Path) -> Result<()> {
        check_folder(workspace).await?;
        tokio::fs::create_dir_all(workspace).await.map_err(Error::io(OPERATION))?;
        if !is_empty(workspace).await.map_err(Error::io(OPERATION))? {
            return Err(Error::WorkspaceNotEmpty { path: workspace.to_owned() });
        }
        self.populate(commit, workspace).await
    }

    /// Makes the workspace exactly `commit` again; whatever else is in it, ignored files and `.git` too, goes.
    ///
    /// The folder itself stays, because access rules and mounts may be bound to it. Its `.git` is made anew:
    /// the one that a step had in its hands could hold hooks and commands.
    pub async fn restore(&self, commit: &Oid, workspace: &Path) -> Result<()> {
        check_folder(workspace).await?;
        let folder = workspace.to_owned();
        let emptied = tokio::task::spawn_blocking(move || empty(&folder)).await;
        emptied.map_err(io::Error::from).flatten().map_err(Error::io("empty the workspace"))?;
        self.checkout(commit, workspace).await
    }

    async fn populate(&self, commit: &Oid, workspace: &Path) -> Result<()> {
        let init = Invocation::new(OPERATION, workspace)
            .args(["init", "--quiet", "--template=", "--initial-branch=jidocode", "--end-of-options"])
            .arg(workspace);
        self.git.run(init).await?;
        let git_dir = workspace.join(".git");
        append(&git_dir.join("config"), WORKSPACE_CONFIGURATION).await.map_err(Error::io(OPERATION))?;
        let inside = || {
            self.call(OPERATION)
                .env("GIT_DIR", &git_dir)
                .env("GIT_WORK_TREE", workspace)
                // The clone is thrown away after a crash; only the mirror has to survive one.
                .config("core.fsync", "none")
        };
        let fetch = inside()
            .args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"])
            .args(["--no-recurse-submodules", "--end-of-options"])
            .arg(&self.path)
            .arg(commit.as_str());
        self.git.run(fetch).await?;
        self.git.run(inside().args(["update-ref", "--no-deref", BRANCH, commit.as_str()])).await?;
        let mut read_tree = inside().args(["read-tree", "--reset", "-u", commit.as_str()]);
        read_tree.directory = workspace.to_owned();
        self.git.run(read_tree).await.map(drop)
    }
}

/// Refuses what is not an absolute path to a real folder: a link could lead the emptying elsewhere.
pub(super) async fn check_folder(workspace: &Path) -> Result<()> {
    let outside = || Error::PathOutside { path: workspace.to_owned() };
    if !workspace.is_absolute() || workspace.parent().is_none() {
        return Err(outside());
    }
    match tokio::fs::symlink_metadata(workspace).await {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(outside()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::Io { operation: OPERATION, source }),
    }
}

async fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(tokio::fs::read_dir(folder).await?.next_entry().await?.is_none())
}

async fn append(file: &Path, text: &str) -> io::Result<()> {
    let mut content = tokio::fs::read(file).await?;
    content.extend_from_slice(text.as_bytes());
    tokio::fs::write(file, content).await
}

/// Removes everything within a folder without following links.
fn empty(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(_) => {
            unlock(folder)?;
            std::fs::read_dir(folder)?
        }
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            std::fs::remove_file(path)?;
        } else if std::fs::remove_dir_all(&path).is_err() {
            // A step may have taken its own permission away, as Go's module cache does.
            unlock_folders(&path)?;
            std::fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

fn unlock_folders(folder: &Path) -> io::Result<()> {
    unlock(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            unlock_folders(&entry.path())?;
        }
    }
    Ok(())
}

fn unlock(folder: &Path) -> io::Result<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}
