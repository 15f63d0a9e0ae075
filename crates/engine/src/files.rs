//! What a run would ship, as text.

use crate::Engine;
use crate::error::Result;
use domain::{Digest, RunId};
use persistence::commands::ListArtifacts;
use persistence::records::ArtifactRecord;

impl Engine {
    /// The bytes of an artifact, proved to be those that were stored.
    pub async fn artifact_bytes(&self, artifact: &ArtifactRecord) -> Result<Vec<u8>> {
        let digest = Digest::parse(&format!("sha256:{}", artifact.sha256))
            .map_err(|_| crate::Error::ArtifactCorrupt)?;
        self.artifacts().read(&digest).await
    }

    /// The newest diff of a run, a patch in git's format; `None` before a gate has made one.
    pub async fn diff(&self, run: RunId) -> Result<Option<Vec<u8>>> {
        let artifacts = self.store().read(ListArtifacts { run_id: run }).await?;
        match artifacts.iter().rev().find(|artifact| artifact.kind == "diff") {
            Some(artifact) => self.artifact_bytes(artifact).await.map(Some),
            None => Ok(None),
        }
    }
}
