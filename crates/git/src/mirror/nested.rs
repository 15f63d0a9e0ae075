//! Looking for repositories within a work tree.

use crate::error::{Error, Result};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// Returns the first folder below the top that has a `.git` of any kind, relative to the workspace.
///
/// Ignored folders (paths that end in `/`) are not entered: nothing in them is recorded. Links are not followed.
pub(super) async fn find_nested_repository(
    workspace: &Path,
    ignored_paths: &[Vec<u8>],
) -> Result<Option<Vec<u8>>> {
    let workspace = workspace.to_owned();
    let ignored: HashSet<PathBuf> = ignored_paths
        .iter()
        .filter_map(|path| path.strip_suffix(b"/"))
        .map(|path| workspace.join(OsStr::from_bytes(path)))
        .collect();
    let walked = tokio::task::spawn_blocking(move || walk(&workspace, &ignored)).await;
    walked.map_err(io::Error::from).flatten().map_err(Error::io("look for nested repositories"))
}

fn walk(workspace: &Path, ignored: &HashSet<PathBuf>) -> io::Result<Option<Vec<u8>>> {
    let mut folders = vec![workspace.to_owned()];
    while let Some(folder) = folders.pop() {
        let is_top = folder == workspace;
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name() == ".git" {
                if is_top {
                    continue;
                }
                let relative = folder.strip_prefix(workspace).unwrap_or(&folder);
                return Ok(Some(relative.as_os_str().to_owned().into_vec()));
            }
            let path = entry.path();
            if entry.file_type()?.is_dir() && !ignored.contains(&path) {
                folders.push(path);
            }
        }
    }
    Ok(None)
}
