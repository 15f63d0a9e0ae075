//! Reading and writing single objects and the server's own references.

use super::tree::{lossy, records};
use super::{Mirror, OWN_REFS};
use crate::error::{Error, Result};
use crate::oid::Oid;
use crate::refname::RefName;
use std::path::{Component, Path};

/// The largest file that [`Mirror::read_file`] returns: 8 MiB.
pub const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// A commit to be made; equal requests give equal commit ids.
#[derive(Debug, Clone)]
pub struct CommitRequest {
    pub parent: Oid,
    pub tree: Oid,
    pub message: String,
    /// Author and committer.
    pub author_name: String,
    pub author_email: String,
    /// Author and committer time: seconds since the epoch, not negative.
    pub at: i64,
}

impl Mirror {
    /// Returns the content of a regular file, or `None` when the path is absent, a folder or a symbolic link.
    ///
    /// Files above [`MAX_FILE_BYTES`] are refused with [`Error::TooLarge`], and paths that are not plain and
    /// relative with [`Error::PathOutside`].
    pub async fn read_file(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        if !is_plain_relative(path) {
            return Err(Error::PathOutside { path: path.into() });
        }
        let Some(entry) = self.entry(commit, path).await?.filter(|entry| entry.is_regular_file()) else {
            return Ok(None);
        };
        let call = self
            .call("read a file")
            .args(["cat-file", "blob", entry.oid.as_str()])
            .output_limit(MAX_FILE_BYTES);
        self.git.run(call).await.map(|finished| Some(finished.stdout))
    }

    /// Lists the paths of all files of a commit; what is not UTF-8 is replaced.
    pub async fn list_files(&self, commit: &Oid) -> Result<Vec<String>> {
        let call = self
            .call("list files")
            .args(["ls-tree", "-r", "-z", "--name-only", "--full-tree", "--end-of-options"])
            .arg(commit.as_str());
        let finished = self.git.run(call).await?;
        Ok(records(&finished.stdout).map(lossy).collect())
    }

    /// Makes a commit from a tree the mirror has; no reference moves.
    pub async fn commit_tree(&self, request: &CommitRequest) -> Result<Oid> {
        let date = format!("@{} +0000", request.at);
        let call = self
            .call("make a commit")
            .env("GIT_AUTHOR_NAME", &request.author_name)
            .env("GIT_AUTHOR_EMAIL", &request.author_email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", &request.author_name)
            .env("GIT_COMMITTER_EMAIL", &request.author_email)
            .env("GIT_COMMITTER_DATE", &date)
            .args(["commit-tree", "-p", request.parent.as_str(), "-F", "-", "--end-of-options"])
            .arg(request.tree.as_str())
            .input(request.message.as_bytes());
        self.git.run(call).await?.oid()
    }

    /// Returns the tree of a commit.
    pub async fn tree_of(&self, commit: &Oid) -> Result<Oid> {
        let call = self
            .call("find the tree of a commit")
            .args(["rev-parse", "--verify", "--end-of-options"])
            .arg(format!("{commit}^{{tree}}"));
        self.git.run(call).await?.oid()
    }

    /// Points a reference beneath `refs/jido/` at a commit, whatever it pointed at before.
    pub async fn update_ref(&self, reference: &str, to: &Oid) -> Result<()> {
        let reference = RefName::beneath(OWN_REFS, reference)?;
        let call = self.call("update a reference").args([
            "update-ref",
            "--no-deref",
            "--end-of-options",
            reference.as_str(),
            to.as_str(),
        ]);
        self.git.run(call).await.map(drop)
    }
}

/// A path of normal components only, written the one way git stores it.
fn is_plain_relative(path: &str) -> bool {
    let normal = Path::new(path).components().all(|component| matches!(component, Component::Normal(_)));
    let exact = path.split('/').all(|component| !matches!(component, "" | "." | ".."));
    normal && exact && !path.contains('\0')
}
