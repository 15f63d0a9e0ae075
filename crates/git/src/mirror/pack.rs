//! Carrying commits as files, and checking what the mirror holds.

use super::Mirror;
use crate::error::{Error, Result};
use crate::oid::Oid;
use std::path::Path;

/// Keeps what was packed reachable, under a name that two runs cannot fight over: the commit's own id.
const PACKED_REFS: &str = "refs/jido/packed/";

/// Flaws of old histories that do no harm; a mirror of such a project is sound.
const HARMLESS_FLAWS: &[&str] =
    &["fsck.zeroPaddedFilemode", "fsck.missingSpaceBeforeDate", "fsck.badTimezone", "fsck.missingEmail"];

impl Mirror {
    /// Writes a bundle of everything that `commit` has beyond `base`, for a person to fetch from.
    ///
    /// The bundle holds the commit as `refs/jido/packed/<commit id>`; `file` is absolute and is replaced.
    pub async fn bundle(&self, base: &Oid, commit: &Oid, file: &Path) -> Result<()> {
        check_absolute(file)?;
        let reference = format!("{PACKED_REFS}{commit}");
        self.update_ref(&reference, commit).await?;
        let call = self
            .call("write a bundle")
            // One thread makes the bytes depend on the commits alone.
            .config("pack.threads", "1")
            .args(["bundle", "create", "--quiet"])
            .arg(file)
            .arg(reference)
            .arg(format!("^{base}"));
        self.git.run(call).await.map(drop)
    }

    /// Writes a snapshot so that [`Mirror::unpack`] can restore it in another worker's mirror that has `base`.
    pub async fn pack_snapshot(&self, base: &Oid, commit: &Oid, file: &Path) -> Result<()> {
        self.bundle(base, commit, file).await
    }

    /// Takes the commits of a bundle or snapshot pack in; the mirror must have the base it was made with.
    ///
    /// The file may only add references that this crate made, each named by the commit it holds.
    pub async fn unpack(&self, file: &Path) -> Result<()> {
        check_absolute(file)?;
        let call = self
            .call("unpack a bundle")
            .args(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"])
            .args(["--no-recurse-submodules", "--end-of-options"])
            .arg(file)
            .arg(format!("+{PACKED_REFS}*:{PACKED_REFS}*"));
        let _held = self.lock.lock().await;
        self.git.run(call).await.map(drop)
    }

    /// Verifies every object of the mirror and that nothing a reference needs is missing.
    pub async fn fsck(&self) -> Result<()> {
        let call = self.call("verify the mirror").args(["fsck", "--full", "--no-dangling", "--no-progress"]);
        let call = HARMLESS_FLAWS.iter().fold(call, |call, flaw| call.config(flaw, "ignore"));
        self.git.run(call).await.map(drop)
    }
}

fn check_absolute(file: &Path) -> Result<()> {
    if file.is_absolute() { Ok(()) } else { Err(Error::PathOutside { path: file.to_owned() }) }
}
