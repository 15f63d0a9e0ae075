//! Listings of trees.

use super::Mirror;
use crate::error::{Error, Result};
use crate::oid::Oid;

/// File modes as git writes them, octal.
pub(super) const MODE_FILE: u32 = 0o100_644;
pub(super) const MODE_EXECUTABLE: u32 = 0o100_755;
pub(super) const MODE_GITLINK: u32 = 0o160_000;

/// One line of `git ls-tree -l -z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeEntry {
    pub(super) mode: u32,
    pub(super) oid: Oid,
    /// `None` for what is not a blob.
    pub(super) size_bytes: Option<u64>,
    pub(super) path: Vec<u8>,
}

impl TreeEntry {
    pub(super) fn is_regular_file(&self) -> bool {
        matches!(self.mode, MODE_FILE | MODE_EXECUTABLE)
    }

    pub(super) fn file_name(&self) -> &[u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    fn parse(record: &[u8]) -> Option<Self> {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let head = std::str::from_utf8(&record[..tab]).ok()?;
        let mut fields = head.split_ascii_whitespace();
        let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
        let _kind = fields.next()?;
        let oid = Oid::parse(fields.next()?).ok()?;
        let size_bytes = fields.next()?.parse().ok();
        Some(Self { mode, oid, size_bytes, path: record[tab + 1..].to_vec() })
    }
}

impl Mirror {
    /// Lists all files beneath a commit or tree, in git's order.
    pub(super) async fn entries(&self, treeish: &Oid) -> Result<Vec<TreeEntry>> {
        let call = self
            .call("list a tree")
            .args(["ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options"])
            .arg(treeish.as_str());
        let finished = self.git.run(call).await?;
        parse_entries(finished.operation, &finished.stdout)
    }

    /// Finds the one entry with exactly this path; the path has been checked to be relative and plain.
    pub(super) async fn entry(&self, treeish: &Oid, path: &str) -> Result<Option<TreeEntry>> {
        let call = self.call("look up a path").env("GIT_LITERAL_PATHSPECS", "1").args([
            "ls-tree",
            "-l",
            "-z",
            "--full-tree",
            treeish.as_str(),
            "--",
            path,
        ]);
        let finished = self.git.run(call).await?;
        let entries = parse_entries(finished.operation, &finished.stdout)?;
        Ok(entries.into_iter().find(|entry| entry.path == path.as_bytes()))
    }
}

fn parse_entries(operation: &'static str, stdout: &[u8]) -> Result<Vec<TreeEntry>> {
    records(stdout)
        .map(|record| TreeEntry::parse(record).ok_or_else(|| Error::output(operation, "a malformed entry")))
        .collect()
}

/// Splits output that ends each record with a NUL byte.
pub(super) fn records(stdout: &[u8]) -> impl Iterator<Item = &[u8]> {
    stdout.split(|byte| *byte == 0).filter(|record| !record.is_empty())
}

/// A path for people: what is not UTF-8 becomes the replacement character.
pub(super) fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
