//! Recording a workspace's work tree from outside.

use super::nested::find_nested_repository;
use super::objects::CommitRequest;
use super::tree::{MODE_GITLINK, TreeEntry, lossy, records};
use super::workspace::check_folder;
use super::{Mirror, OWN_REFS};
use crate::error::{Error, Result};
use crate::invocation::Invocation;
use crate::oid::Oid;
use crate::output::Finished;
use crate::refname::RefName;
use std::io;
use std::path::{Path, PathBuf};

/// A snapshot names at most this many ignored paths.
pub const MAX_IGNORED_PATHS: usize = 100;

/// Author and committer of snapshots.
const SNAPSHOT_NAME: &str = "JidoCode Runs";
const SNAPSHOT_EMAIL: &str = "runs@jidocode.invalid";

/// What to record, and where.
#[derive(Debug, Clone)]
pub struct SnapshotRequest {
    pub workspace: PathBuf,
    /// A file private to the run, outside of the workspace; it is overwritten.
    pub index_file: PathBuf,
    pub parent: Oid,
    /// A reference beneath `refs/jido/` that keeps the snapshot reachable.
    pub reference: String,
    pub message: String,
    /// Seconds since the epoch.
    pub at: i64,
}

/// A recorded work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub commit: Oid,
    pub tree: Oid,
    /// Files and folders (these end in `/`) that the tree's own `.gitignore` keeps out, at most
    /// [`MAX_IGNORED_PATHS`].
    pub ignored_paths: Vec<String>,
    /// The sum of the sizes of all recorded files.
    pub size_bytes: u64,
}

impl Mirror {
    /// Records the work tree as a commit of the mirror and points `reference` at it.
    ///
    /// Only the work tree counts. The workspace's `.git`, with its index, configuration, hooks, excludes and
    /// attributes, belongs to the step and is neither read nor recorded; links are recorded as links. A
    /// repository nested in what would be recorded is [`Error::RepositoryUnsupported`].
    pub async fn snapshot(&self, request: &SnapshotRequest) -> Result<Snapshot> {
        RefName::beneath(OWN_REFS, &request.reference)?;
        check_places(request)?;
        check_folder(&request.workspace).await?;
        // An index from an earlier snapshot could vouch for a file whose size and times were forged since.
        remove_index(&request.index_file).await.map_err(Error::io("remove the earlier index"))?;
        let read_tree = self.call_on(request, "read the parent's tree");
        self.git.run(read_tree.args(["read-tree", "--end-of-options", request.parent.as_str()])).await?;

        let ignored = self.ignored_paths(request).await?;
        if let Some(nested) = find_nested_repository(&request.workspace, &ignored).await? {
            return Err(unsupported(&nested));
        }
        let add = self.call_on(request, "record the work tree").args(["add", "--all"]);
        let added = self.git.attempt(add).await?;
        if !added.succeeded() {
            return Err(add_failure(added));
        }
        let tree = self.git.run(self.call_on(request, "write the tree").arg("write-tree")).await?.oid()?;
        let size_bytes = measure(&self.entries(&tree).await?)?;
        let commit = self.commit_tree(&commit_request(request, tree.clone())).await?;
        self.update_ref(&request.reference, &commit).await?;
        let ignored_paths = ignored.iter().take(MAX_IGNORED_PATHS).map(|path| lossy(path)).collect();
        Ok(Snapshot { commit, tree, ignored_paths, size_bytes })
    }

    /// A call with the mirror's objects, the run's index and the workspace's files.
    fn call_on(&self, request: &SnapshotRequest, operation: &'static str) -> Invocation {
        let mut call = self
            .call(operation)
            .env("GIT_WORK_TREE", &request.workspace)
            .env("GIT_INDEX_FILE", &request.index_file)
            // The mirror is bare for every other purpose.
            .config("core.bare", "false");
        call.directory.clone_from(&request.workspace);
        call
    }

    async fn ignored_paths(&self, request: &SnapshotRequest) -> Result<Vec<Vec<u8>>> {
        let call = self.call_on(request, "list ignored files").args([
            "ls-files",
            "-z",
            "--others",
            "--ignored",
            "--exclude-standard",
            "--directory",
        ]);
        let finished = self.git.run(call).await?;
        Ok(records(&finished.stdout).map(<[u8]>::to_vec).collect())
    }
}

fn check_places(request: &SnapshotRequest) -> Result<()> {
    let inside = request.index_file.starts_with(&request.workspace);
    if !request.index_file.is_absolute() || inside {
        return Err(Error::PathOutside { path: request.index_file.clone() });
    }
    Ok(())
}

/// Removes the index and the lock that a crashed server may have left behind.
async fn remove_index(index_file: &Path) -> io::Result<()> {
    let mut lock = index_file.as_os_str().to_owned();
    lock.push(".lock");
    for file in [index_file, Path::new(&lock)] {
        match tokio::fs::remove_file(file).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    match index_file.parent() {
        Some(folder) => tokio::fs::create_dir_all(folder).await,
        None => Ok(()),
    }
}

/// Adds sizes up, and refuses a gitlink should one have come in by a way that was not foreseen.
fn measure(entries: &[TreeEntry]) -> Result<u64> {
    match entries.iter().find(|entry| entry.mode == MODE_GITLINK) {
        Some(link) => Err(unsupported(&link.path)),
        None => Ok(entries.iter().filter_map(|entry| entry.size_bytes).sum()),
    }
}

fn commit_request(request: &SnapshotRequest, tree: Oid) -> CommitRequest {
    CommitRequest {
        parent: request.parent.clone(),
        tree,
        message: request.message.clone(),
        author_name: SNAPSHOT_NAME.to_owned(),
        author_email: SNAPSHOT_EMAIL.to_owned(),
        at: request.at,
    }
}

/// Names that git keeps out of every tree, such as `.GIT`, make the work tree one that cannot be recorded.
fn add_failure(finished: Finished) -> Error {
    if finished.stderr.contains("invalid path") {
        Error::RepositoryUnsupported { detail: finished.stderr }
    } else {
        finished.into_error()
    }
}

fn unsupported(nested: &[u8]) -> Error {
    Error::RepositoryUnsupported {
        detail: format!("{:?} is a repository within the repository", lossy(nested)),
    }
}
