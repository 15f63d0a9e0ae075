//! The output log of one step attempt: append-only, masked, bounded.

use crate::{MaskStream, Masker, OutputSink};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

/// Writes the log of one attempt.
///
/// Dropping it without [`LogWriter::finish`] leaves a log that ends where the last append ended,
/// without what the masker still held back.
#[derive(Debug)]
pub struct LogWriter {
    file: File,
    path: PathBuf,
    mask: MaskStream,
    limit_bytes: u64,
    written: u64,
    dropped: u64,
    last_byte: Option<u8>,
    length: watch::Sender<u64>,
}

/// Follows a log that is being written. Cloning is cheap; each clone keeps its own position.
#[derive(Debug, Clone)]
pub struct LogTail {
    length: watch::Receiver<u64>,
}

/// What a finished log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSummary {
    /// The size of the file, the label of a truncation included.
    pub bytes: u64,
    /// Output, after masking, that did not fit.
    pub dropped_bytes: u64,
}

impl LogWriter {
    /// Makes the file, which must not exist: a log is never overwritten. Only its owner can read it.
    ///
    /// At most `limit_bytes` of output are kept; the label that says so comes on top.
    pub fn create(path: &Path, masker: Masker, limit_bytes: u64) -> io::Result<(Self, LogTail)> {
        let file = std::fs::OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
        let (sender, receiver) = watch::channel(0);
        let writer = Self {
            file: File::from_std(file),
            path: path.to_owned(),
            mask: masker.stream(),
            limit_bytes,
            written: 0,
            dropped: 0,
            last_byte: None,
            length: sender,
        };
        Ok((writer, LogTail { length: receiver }))
    }

    /// Writes what the masker held back and, when output was dropped, the line that says how much; then
    /// syncs the file and its directory entry.
    pub async fn finish(mut self) -> io::Result<LogSummary> {
        let mut rest = Vec::new();
        let mask = std::mem::replace(&mut self.mask, Masker::default().stream());
        mask.finish(&mut rest);
        self.write_within_limit(&rest).await?;
        if self.dropped > 0 {
            let line_break = if self.last_byte.is_none_or(|byte| byte == b'\n') { "" } else { "\n" };
            let label = format!("{line_break}[output truncated: {} bytes dropped]\n", self.dropped);
            self.write(label.as_bytes()).await?;
        }
        self.file.sync_all().await?;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).await?.sync_all().await?;
        }
        Ok(LogSummary { bytes: self.written, dropped_bytes: self.dropped })
    }

    async fn write_within_limit(&mut self, masked: &[u8]) -> io::Result<()> {
        let room = usize::try_from(self.limit_bytes.saturating_sub(self.written)).unwrap_or(usize::MAX);
        let (kept, dropped) = masked.split_at(room.min(masked.len()));
        self.dropped += dropped.len() as u64;
        self.write(kept).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(last) = bytes.last() else { return Ok(()) };
        self.file.write_all(bytes).await?;
        // Without this the length would be published before another reader of the file sees the bytes.
        self.file.flush().await?;
        self.last_byte = Some(*last);
        self.written += bytes.len() as u64;
        self.length.send_replace(self.written);
        Ok(())
    }
}

impl OutputSink for LogWriter {
    async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut masked = Vec::with_capacity(bytes.len());
        self.mask.push(bytes, &mut masked);
        self.write_within_limit(&masked).await
    }
}

impl LogTail {
    /// Returns how many bytes of the file can be read now; they never change again.
    pub fn length(&self) -> u64 {
        *self.length.borrow()
    }

    /// Waits until the log is longer than when this tail last looked, and returns its length;
    /// `None` when it has been told already and the writer is gone, so that nothing more will come.
    pub async fn grown(&mut self) -> Option<u64> {
        self.length.changed().await.ok()?;
        Some(*self.length.borrow_and_update())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Masker {
        Masker::new(["hunter22".to_owned()])
    }

    #[tokio::test]
    async fn what_is_published_is_in_the_file_and_masked_across_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut log, mut tail) = LogWriter::create(&path, secret(), 1000).unwrap();
        log.append(b"a hun").await.unwrap();
        assert_eq!(tail.grown().await, Some(2));
        assert_eq!(std::fs::read(&path).unwrap(), b"a ");
        log.append(b"ter22 b hunter").await.unwrap();
        let summary = log.finish().await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"a *** b hunter");
        assert_eq!(summary, LogSummary { bytes: 14, dropped_bytes: 0 });
        assert_eq!((tail.grown().await, tail.grown().await), (Some(14), None));
    }

    #[tokio::test]
    async fn output_past_the_limit_is_dropped_and_the_gap_is_labelled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut log, tail) = LogWriter::create(&path, secret(), 10).unwrap();
        for _ in 0..3 {
            log.append(b"123456").await.unwrap();
        }
        let summary = log.finish().await.unwrap();
        let expected = "1234561234\n[output truncated: 8 bytes dropped]\n";
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(summary, LogSummary { bytes: expected.len() as u64, dropped_bytes: 8 });
        assert_eq!(tail.length(), summary.bytes);
    }

    #[tokio::test]
    async fn a_log_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "earlier").unwrap();
        let error = LogWriter::create(&path, secret(), 10).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
}
