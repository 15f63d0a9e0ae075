//! Snapshots that the mirror no longer has: taken from the packs that were stored beside it.

use crate::Engine;
use crate::error::Result;
use domain::Digest;
use git::{Mirror, Oid};
use persistence::commands::{GetRun, ListArtifacts, ListAttempts};
use persistence::records::{ArtifactRecord, AttemptRecord, RunRecord};

impl Engine {
    /// Makes sure that the mirror holds a snapshot of this run or of one that it repeats, as far as a pack of it is
    /// stored. What is still missing then shows when it is used.
    pub(crate) async fn recover_snapshot(
        &self,
        mirror: &Mirror,
        run: &RunRecord,
        commit: &Oid,
    ) -> Result<()> {
        if mirror.tree_of(commit).await.is_ok() {
            return Ok(());
        }
        let Some(pack) = self.pack_of(run, commit.as_str()).await? else {
            return Ok(());
        };
        let Ok(digest) = Digest::parse(&format!("sha256:{}", pack.sha256)) else {
            return Ok(());
        };
        tracing::warn!(run = %run.id, %commit, "a snapshot is not in the mirror; it is taken from its pack");
        if let Err(error) = mirror.unpack(&self.artifacts().path(&digest)).await {
            tracing::warn!(run = %run.id, %error, "the pack of a snapshot could not be read");
        }
        Ok(())
    }

    /// The pack of the attempt that left this snapshot, in the run or one that it repeats.
    async fn pack_of(&self, run: &RunRecord, commit: &str) -> Result<Option<ArtifactRecord>> {
        let left = |attempt: &AttemptRecord| {
            attempt.result.as_ref().and_then(|result| result.commit.as_deref()) == Some(commit)
        };
        let mut next = Some(run.id);
        while let Some(id) = next {
            let attempts = self.store().read(ListAttempts { run_id: id }).await?;
            if let Some(attempt) = attempts.into_iter().find(left) {
                let owner = attempt.inherited_from.unwrap_or(id);
                let artifacts = self.store().read(ListArtifacts { run_id: owner }).await?;
                let pack = artifacts.into_iter().find(|artifact| {
                    artifact.kind == "snapshot"
                        && artifact.step == attempt.step
                        && artifact.attempt == attempt.attempt
                });
                return Ok(pack);
            }
            next = self.store().read(GetRun { project_id: None, id }).await?.retry_of;
        }
        Ok(None)
    }
}
