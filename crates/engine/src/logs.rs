//! Reading the logs of steps, while they are written and afterwards.

use crate::Engine;
use crate::error::Result;
use domain::RunId;
use domain::contract::StepKey;
use std::io::SeekFrom;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// The log of one attempt. Offsets count bytes from its start.
#[derive(Debug, Clone)]
pub struct LogReader {
    path: PathBuf,
}

impl Engine {
    /// The log of an attempt. It may not exist yet: then it reads as empty.
    pub fn log(&self, run: RunId, step: &StepKey, attempt: u32) -> LogReader {
        LogReader { path: self.shared.layout.log(run, step, attempt) }
    }
}

impl LogReader {
    /// At most `limit` bytes from `offset` on; empty at the end of what is written so far.
    pub async fn read(&self, offset: u64, limit: usize) -> Result<Vec<u8>> {
        let mut file = match tokio::fs::File::open(&self.path).await {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        file.seek(SeekFrom::Start(offset)).await?;
        let mut bytes = Vec::new();
        file.take(u64::try_from(limit).unwrap_or(u64::MAX)).read_to_end(&mut bytes).await?;
        Ok(bytes)
    }

    /// How many bytes are written so far.
    pub async fn size(&self) -> Result<u64> {
        match tokio::fs::metadata(&self.path).await {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
