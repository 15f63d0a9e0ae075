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
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// `log`, `diff`, `report`, `evidence`, `snapshot`, `bundle` or `pr_metadata`.
    pub kind: &'a str,
    pub name: &'a str,
    pub media_type: &'a str,
    pub source: Source<'a>,
}

/// Where the bytes come from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Bytes(&'a [u8]),
    /// A finished file; it is copied, and never read into memory whole.
    File(&'a Path),
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

    /// Stores the content for a run and returns the record to commit.
    pub async fn store(
        &self,
        run_id: RunId,
        step: &StepKey,
        attempt: u32,
        content: Content<'_>,
    ) -> Result<ArtifactRecord> {
        let (digest, size) = match content.source {
            Source::Bytes(bytes) => (Digest::of(bytes), bytes.len() as u64),
            Source::File(file) => hash_file(file).await?,
        };
        self.write(&digest, content.source).await?;
        Ok(ArtifactRecord {
            id: ArtifactId::from_uuid(clock::new_id()),
            run_id,
            step: step.clone(),
            attempt,
            kind: content.kind.to_owned(),
            name: content.name.to_owned(),
            media_type: content.media_type.to_owned(),
            sha256: digest.hex().to_owned(),
            size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            created_at: clock::now(),
        })
    }

    async fn write(&self, digest: &Digest, source: Source<'_>) -> Result<()> {
        let path = self.path(digest);
        if fs::try_exists(&path).await? {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).await?;
        let temporary = folder.join(format!(".{}", clock::new_id()));
        if let Err(error) = write_synced(&temporary, source).await {
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

async fn write_synced(path: &Path, source: Source<'_>) -> std::io::Result<()> {
    let mut file = fs::File::create(path).await?;
    match source {
        Source::Bytes(bytes) => file.write_all(bytes).await?,
        Source::File(original) => {
            tokio::io::copy(&mut fs::File::open(original).await?, &mut file).await?;
        }
    }
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
