//! The server's private bare repository of one project.

mod diff;
mod diff_output;
mod fetch;
mod locks;
mod nested;
mod objects;
mod pack;
mod ship;
mod snapshot;
mod support;
mod tree;
mod workspace;

pub use diff::{ChangeStatus, Diff, FileChange};
pub use fetch::check_base_ref;
pub use objects::{CommitRequest, MAX_FILE_BYTES};
pub use ship::PushOutcome;
pub use snapshot::{MAX_IGNORED_PATHS, Snapshot, SnapshotRequest};

use crate::error::{Error, Result};
use crate::invocation::Invocation;
use crate::process::Git;
use crate::settings::GLOBAL_FILE;
use crate::transport::{ASKPASS_SCRIPT, PrivateFiles};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

/// Branches and tags of the remote, as they were when it was fetched last.
const UPSTREAM_HEADS: &str = "refs/upstream/";
const UPSTREAM_TAGS: &str = "refs/upstream-tags/";
/// The only namespace that callers may write.
const OWN_REFS: &str = "refs/jido/";

/// Configuration kept in the mirror itself, for whoever looks into it without this crate: nothing may be pruned.
const STORED_CONFIGURATION: &[(&str, &str)] = &[
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("core.fsync", "all"),
    ("core.logAllRefUpdates", "false"),
    (MIRROR_VERSION_KEY, "1"),
];
/// Written last: its presence says that the rest is there.
const MIRROR_VERSION_KEY: &str = "jido.mirrorVersion";

/// A bare mirror; cheap to clone.
///
/// All handles on one folder within this process share one lock for what moves or prunes upstream references.
#[derive(Debug, Clone)]
pub struct Mirror {
    git: Git,
    path: PathBuf,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl Mirror {
    /// Opens the mirror in a folder, and makes it when there is none.
    pub async fn open(git: Git, path: PathBuf) -> Result<Self> {
        const OPERATION: &str = "open the mirror";
        tokio::fs::create_dir_all(&path).await.map_err(Error::io(OPERATION))?;
        let path = tokio::fs::canonicalize(&path).await.map_err(Error::io(OPERATION))?;
        let lock = lock_of(&path);
        let mirror = Self { git, path, lock };
        let held = mirror.lock.lock().await;
        mirror.write_private_files().await.map_err(Error::io(OPERATION))?;
        mirror.remove_stale_locks().await?;
        mirror.initialize().await?;
        drop(held);
        Ok(mirror)
    }

    /// The mirror's folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the mirror still lies in its folder: somebody may have taken it away.
    pub async fn is_there(&self) -> bool {
        tokio::fs::symlink_metadata(self.path.join("HEAD")).await.is_ok()
    }

    async fn initialize(&self) -> Result<()> {
        let probe =
            self.call("read the mirror's configuration").args(["config", "--get", MIRROR_VERSION_KEY]);
        if self.is_there().await && self.git.attempt(probe).await?.succeeded() {
            return Ok(());
        }
        let init = Invocation::new("make the mirror", &self.path)
            .args(["init", "--bare", "--quiet", "--template=", "--initial-branch=main", "--end-of-options"])
            .arg(&self.path);
        self.git.run(init).await?;
        for (name, value) in STORED_CONFIGURATION {
            let set = self.call("configure the mirror").args(["config", "--replace-all", name, value]);
            self.git.run(set).await?;
        }
        Ok(())
    }

    async fn write_private_files(&self) -> std::io::Result<()> {
        set_mode(&self.path, 0o700).await?;
        write_once(&self.global_file(), GLOBAL_FILE, 0o600).await?;
        write_once(&self.askpass_file(), ASKPASS_SCRIPT, 0o700).await
    }

    fn global_file(&self) -> PathBuf {
        self.path.join("jido-gitconfig")
    }

    fn askpass_file(&self) -> PathBuf {
        self.path.join("jido-askpass")
    }

    /// A call in the mirror, with its folder named so that git looks for no other repository.
    fn call(&self, operation: &'static str) -> Invocation {
        Invocation::new(operation, &self.path)
            .env("GIT_DIR", &self.path)
            .env("GIT_CONFIG_GLOBAL", self.global_file())
    }

    async fn equip(&self, call: Invocation, remote: &crate::Remote) -> Result<Invocation> {
        let known_hosts = self.path.join("jido-known-hosts");
        let files = PrivateFiles { askpass: &self.askpass_file(), known_hosts: &known_hosts };
        crate::transport::equip(call, remote, &files).await
    }
}

/// Writes a file by renaming unless it has this content already.
///
/// A script that is rewritten in place cannot be executed while another process still holds it open for writing.
async fn write_once(file: &Path, content: &str, mode: u32) -> std::io::Result<()> {
    if tokio::fs::read(file).await.is_ok_and(|bytes| bytes == content.as_bytes()) {
        return Ok(());
    }
    let fresh = file.with_extension("new");
    tokio::fs::write(&fresh, content).await?;
    set_mode(&fresh, mode).await?;
    tokio::fs::rename(&fresh, file).await
}

async fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    tokio::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).await
}

/// The lock shared by all handles on this folder.
fn lock_of(path: &Path) -> Arc<tokio::sync::Mutex<()>> {
    type Locks = HashMap<PathBuf, Weak<tokio::sync::Mutex<()>>>;
    static LOCKS: LazyLock<Mutex<Locks>> = LazyLock::new(Mutex::default);

    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    locks.retain(|_, lock| lock.strong_count() > 0);
    if let Some(lock) = locks.get(path).and_then(Weak::upgrade) {
        return lock;
    }
    let lock = Arc::default();
    locks.insert(path.to_owned(), Arc::downgrade(&lock));
    lock
}
