//! Refusing repositories that a run could not reproduce.

use super::Mirror;
use super::tree::{MODE_GITLINK, TreeEntry, lossy};
use crate::error::{Error, Result};
use crate::oid::Oid;

/// The sum of all `.gitattributes` and `.gitmodules` that are read: 64 MiB.
const MAX_READ_BYTES: u64 = 64 * 1024 * 1024;

impl Mirror {
    /// Refuses a commit with submodules or with files kept in LFS.
    pub async fn check_supported(&self, commit: &Oid) -> Result<()> {
        let entries = self.entries(commit).await?;
        if let Some(link) = entries.iter().find(|entry| entry.mode == MODE_GITLINK) {
            return Err(unsupported(format!("{:?} is a submodule", lossy(&link.path))));
        }
        let telling: Vec<&TreeEntry> =
            entries.iter().filter(|entry| entry.is_regular_file() && is_telling(entry)).collect();
        let contents = self.blobs(&telling).await?;
        for (entry, content) in telling.iter().zip(contents) {
            if entry.path == b".gitmodules" && !content.trim_ascii().is_empty() {
                return Err(unsupported(".gitmodules declares submodules".to_owned()));
            }
            if entry.file_name() == b".gitattributes" && uses_lfs(&content) {
                return Err(unsupported(format!("{:?} keeps files in LFS", lossy(&entry.path))));
            }
        }
        Ok(())
    }

    /// Reads many blobs with one process.
    async fn blobs(&self, entries: &[&TreeEntry]) -> Result<Vec<Vec<u8>>> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = entries.iter().map(|entry| format!("{}\n", entry.oid)).collect();
        let call = self
            .call("read attribute files")
            .args(["cat-file", "--batch"])
            .input(wanted)
            .output_limit(MAX_READ_BYTES);
        let finished = self.git.run(call).await?;
        let mut rest = finished.stdout.as_slice();
        let mut contents = Vec::with_capacity(entries.len());
        for _ in entries {
            let (content, after) = next_blob(rest)
                .ok_or_else(|| Error::output(finished.operation, "a malformed or missing blob"))?;
            contents.push(content.to_vec());
            rest = after;
        }
        Ok(contents)
    }
}

fn is_telling(entry: &TreeEntry) -> bool {
    entry.path == b".gitmodules" || entry.file_name() == b".gitattributes"
}

/// Splits `<oid> blob <size>\n<content>\n` off.
fn next_blob(batch: &[u8]) -> Option<(&[u8], &[u8])> {
    let line_end = batch.iter().position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&batch[..line_end]).ok()?;
    let size: usize = header.rsplit_once(' ')?.1.parse().ok()?;
    let body = &batch[line_end + 1..];
    (body.get(size) == Some(&b'\n')).then(|| (&body[..size], &body[size + 1..]))
}

fn uses_lfs(attributes: &[u8]) -> bool {
    String::from_utf8_lossy(attributes)
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .any(|line| line.split_ascii_whitespace().any(|word| word == "filter=lfs"))
}

fn unsupported(detail: String) -> Error {
    Error::RepositoryUnsupported { detail }
}
