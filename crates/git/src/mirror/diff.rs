//! What changed between two commits.

use super::Mirror;
use super::diff_output::parse_changes;
use crate::error::Result;
use crate::invocation::Invocation;
use crate::oid::Oid;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The largest patch that is made: 64 MiB.
const MAX_PATCH_BYTES: u64 = 64 * 1024 * 1024;

/// The change from one commit to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// In git's order: by path.
    pub files: Vec<FileChange>,
    /// As `git apply` takes it, binary changes included.
    pub patch: Vec<u8>,
    /// Lowercase hexadecimal SHA-256 of `patch`.
    pub sha256: String,
    pub additions: u64,
    pub deletions: u64,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The path after the change, or before it for a deleted file; what is not UTF-8 is replaced.
    pub path: String,
    /// Where a renamed or copied file came from.
    pub old_path: Option<String>,
    pub status: ChangeStatus,
    /// Lines; 0 for a binary file.
    pub additions: u64,
    /// Lines; 0 for a binary file.
    pub deletions: u64,
    pub binary: bool,
    /// 0 when the file is new.
    pub old_mode: u32,
    /// 0 when the file is gone.
    pub new_mode: u32,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    Added,
    Modified,
    Deleted,
    Renamed,
    Copied,
    /// For example a file that became a symbolic link.
    TypeChanged,
}

impl Mirror {
    /// Compares two commits; equal commits give equal bytes.
    ///
    /// The attributes of the compared trees have no say, so that no `.gitattributes` can hide a change from the
    /// patch. Patches above 64 MiB are refused with [`crate::Error::TooLarge`].
    pub async fn diff(&self, from: &Oid, to: &Oid) -> Result<Diff> {
        let range = [from.as_str(), to.as_str()];
        let list =
            self.diff_tree("list changes").args(["--raw", "--numstat", "--abbrev=64", "-z"]).args(range);
        let listed = self.git.run(list).await?;
        let files = parse_changes(listed.operation, &listed.stdout)?;
        let patch = self
            .diff_tree("make a patch")
            .args(["--patch", "--unified=3", "--binary", "--full-index"])
            .args(["--src-prefix=a/", "--dst-prefix=b/"])
            .args(range)
            .output_limit(MAX_PATCH_BYTES);
        let patch = self.git.run(patch).await?.stdout;
        Ok(Diff {
            sha256: hex::encode(Sha256::digest(&patch)),
            additions: files.iter().map(|file| file.additions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            files,
            patch,
        })
    }

    /// The options that both forms share: everything that configuration could change is said.
    fn diff_tree(&self, operation: &'static str) -> Invocation {
        self.call(operation)
            .config("core.compression", "6")
            .args(["diff-tree", "-r", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv", "--no-color"])
            .args(["--diff-algorithm=myers", "--indent-heuristic", "--no-relative"])
    }
}
