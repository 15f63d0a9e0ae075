//! Reading `git diff-tree --raw --numstat -z`.

use super::diff::{ChangeStatus, FileChange};
use super::tree::lossy;
use crate::error::{Error, Result};

/// Reads all raw records, then the numbers that follow in the same order.
pub(super) fn parse_changes(operation: &'static str, stdout: &[u8]) -> Result<Vec<FileChange>> {
    let mut fields = Fields(stdout);
    let mut files = Vec::new();
    while let Some(rest) = fields.0.strip_prefix(b":") {
        fields.0 = rest;
        files
            .push(raw_record(&mut fields).ok_or_else(|| Error::output(operation, "a malformed raw record"))?);
    }
    for file in &mut files {
        count_record(&mut fields, file).ok_or_else(|| Error::output(operation, "a malformed line count"))?;
    }
    if fields.0.is_empty() { Ok(files) } else { Err(Error::output(operation, "more counts than files")) }
}

/// What has not been read yet.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Takes up to the next NUL byte.
    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let (field, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        Some(field)
    }
}

/// `<old mode> <new mode> <old id> <new id> <status>NUL<path>NUL[<new path>NUL]`, the colon taken off.
fn raw_record(fields: &mut Fields<'_>) -> Option<FileChange> {
    let mut head = std::str::from_utf8(fields.next()?).ok()?.split(' ');
    let old_mode = u32::from_str_radix(head.next()?, 8).ok()?;
    let new_mode = u32::from_str_radix(head.next()?, 8).ok()?;
    let status = status(head.nth(2)?)?;
    let first = lossy(fields.next()?);
    let (path, old_path) = match status {
        ChangeStatus::Renamed | ChangeStatus::Copied => (lossy(fields.next()?), Some(first)),
        ChangeStatus::Added | ChangeStatus::Modified | ChangeStatus::Deleted | ChangeStatus::TypeChanged => {
            (first, None)
        }
    };
    Some(FileChange { path, old_path, status, additions: 0, deletions: 0, binary: false, old_mode, new_mode })
}

/// The letter, which a similarity score may follow.
fn status(text: &str) -> Option<ChangeStatus> {
    Some(match text.bytes().next()? {
        b'A' => ChangeStatus::Added,
        b'M' => ChangeStatus::Modified,
        b'D' => ChangeStatus::Deleted,
        b'R' => ChangeStatus::Renamed,
        b'C' => ChangeStatus::Copied,
        b'T' => ChangeStatus::TypeChanged,
        _ => return None,
    })
}

/// `<added>TAB<deleted>TAB<path>NUL`, or an empty path and then `<old path>NUL<new path>NUL`.
fn count_record(fields: &mut Fields<'_>, file: &mut FileChange) -> Option<()> {
    let mut columns = fields.next()?.splitn(3, |byte| *byte == b'\t');
    let added = std::str::from_utf8(columns.next()?).ok()?;
    let deleted = std::str::from_utf8(columns.next()?).ok()?;
    let mut path = columns.next()?;
    if path.is_empty() {
        fields.next()?;
        path = fields.next()?;
    }
    if lossy(path) != file.path {
        return None;
    }
    file.binary = added == "-";
    if !file.binary {
        file.additions = added.parse().ok()?;
        file.deletions = deleted.parse().ok()?;
    }
    Some(())
}
