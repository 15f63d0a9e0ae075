//! The artifact store: files named by the SHA-256 of their content.

use crate::clock;
use crate::error::{Error, Result};
use domain::contract::StepKey;
use domain::{ArtifactId, Digest, RunId};
use persistence::records::ArtifactRecord;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use tokio::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Files written whole: to a temporary name, synced, renamed, the folder synced; only then may a row name them.
#[derive(Debug, Clone)]
pub struct Artifacts {
    root: PathBuf,
}

/// What an artifact is called and holds.
pub struct Content<'a> {
    /// `log`, `diff`, `report`, `evidence`, `snapshot`, `bundle` or `output`.
    pub kind: &'a str,
    pub name: &'a str,
    pub media_type: &'a str,
    pub bytes: &'a [u8],
}

impl Artifacts {
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where the file with this digest lies.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.root.join(&hex[..2]).join(hex)
    }

    /// Stores these bytes for a run and returns the record to commit.
    pub async fn store(
        &self,
        run_id: RunId,
        step: &StepKey,
        attempt: u32,
        content: Content<'_>,
    ) -> Result<ArtifactRecord> {
        let digest = Digest::of(content.bytes);
        self.write(&digest, content.bytes).await?;
        Ok(ArtifactRecord {
            id: ArtifactId::from_uuid(clock::new_id()),
            run_id,
            step: step.clone(),
            attempt,
            kind: content.kind.to_owned(),
            name: content.name.to_owned(),
            media_type: content.media_type.to_owned(),
            sha256: digest.hex().to_owned(),
            size_bytes: i64::try_from(content.bytes.len()).unwrap_or(i64::MAX),
            created_at: clock::now(),
        })
    }

    /// Stores a finished file for a run, under the file's own name, without reading it into memory.
    pub async fn adopt(
        &self,
        run_id: RunId,
        step: &StepKey,
        attempt: u32,
        kind: &str,
        media_type: &str,
        file: &Path,
    ) -> Result<ArtifactRecord> {
        let (digest, size) = hash_file(file).await?;
        let path = self.path(&digest);
        if !fs::try_exists(&path).await? {
            let folder = path.parent().unwrap_or(&self.root);
            fs::create_dir_all(folder).await?;
            let temporary = folder.join(format!(".{}", clock::new_id()));
            fs::copy(file, &temporary).await?;
            fs::File::open(&temporary).await?.sync_all().await?;
            fs::rename(&temporary, &path).await?;
            fs::File::open(folder).await?.sync_all().await?;
        }
        Ok(ArtifactRecord {
            id: ArtifactId::from_uuid(clock::new_id()),
            run_id,
            step: step.clone(),
            attempt,
            kind: kind.to_owned(),
            name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            media_type: media_type.to_owned(),
            sha256: digest.hex().to_owned(),
            size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            created_at: clock::now(),
        })
    }

    async fn write(&self, digest: &Digest, bytes: &[u8]) -> Result<()> {
        let path = self.path(digest);
        if fs::try_exists(&path).await? {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).await?;
        let temporary = folder.join(format!(".{}", clock::new_id()));
        let written = write_synced(&temporary, bytes).await;
        if let Err(error) = written {
            // The fault that counts is the first one.
            let _ = fs::remove_file(&temporary).await;
            return Err(error.into());
        }
        fs::rename(&temporary, &path).await?;
        fs::File::open(folder).await?.sync_all().await?;
        Ok(())
    }

    /// The bytes with this digest, proved to be those.
    pub async fn read(&self, digest: &Digest) -> Result<Vec<u8>> {
        let bytes = match fs::read(self.path(digest)).await {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::ArtifactCorrupt),
            Err(error) => return Err(error.into()),
        };
        if Digest::of(&bytes) == *digest { Ok(bytes) } else { Err(Error::ArtifactCorrupt) }
    }
}

async fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path).await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    file.sync_all().await
}

async fn hash_file(path: &Path) -> Result<(Digest, u64)> {
    let mut file = fs::File::open(path).await?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let length = file.read(&mut chunk).await?;
        if length == 0 {
            break;
        }
        hasher.update(&chunk[..length]);
        size += length as u64;
    }
    let text = format!("sha256:{}", hex::encode(hasher.finalize()));
    Ok((Digest::parse(&text).map_err(std::io::Error::other)?, size))
}
