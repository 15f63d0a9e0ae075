//! Lock files that a crash left behind.

use super::Mirror;
use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

impl Mirror {
    /// Removes reference locks that nobody can hold any more.
    ///
    /// Git writes `<name>.lock` and refuses while one exists, which after a power failure would be for ever. No
    /// call outlives its deadline, so a lock that is older than that has no owner.
    pub(super) async fn remove_stale_locks(&self) -> Result<()> {
        let path = self.path.clone();
        let age = self.git.timeout().saturating_mul(2);
        let removed = tokio::task::spawn_blocking(move || {
            sweep(&path, age, Depth::Top)?;
            sweep(&path.join("refs"), age, Depth::All)
        })
        .await;
        removed.map_err(io::Error::from).flatten().map_err(Error::io("remove stale locks"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// The folder alone: `packed-refs.lock`, `HEAD.lock`, `config.lock`.
    Top,
    All,
}

fn sweep(folder: &Path, age: Duration, depth: Depth) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // Git removes empty folders of references at any time.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let metadata = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if metadata.is_dir() && depth == Depth::All {
            sweep(&path, age, depth)?;
        }
        let is_lock = metadata.is_file() && path.extension() == Some(OsStr::new("lock"));
        let is_stale = SystemTime::now().duration_since(metadata.modified()?).is_ok_and(|old| old > age);
        if is_lock && is_stale {
            tracing::warn!(lock = %path.display(), "removing a lock that a crash left behind");
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}
