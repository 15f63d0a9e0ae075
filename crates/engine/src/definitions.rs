//! Pinned definitions, parsed once and kept by digest.

use crate::error::{Error, Result};
use domain::Digest;
use domain::contract::Pinned;
use persistence::Store;
use persistence::commands::GetVersion;
use persistence::records::{RunRecord, VersionRecord};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A cache of parsed definitions. A digest names one content for ever, so nothing ever goes stale.
#[derive(Default)]
pub struct Definitions {
    by_digest: Mutex<HashMap<Digest, Arc<Pinned>>>,
}

/// Beyond this many the cache starts afresh.
const CAPACITY: usize = 1024;

impl Definitions {
    /// The definition of this version, its digest proved.
    pub fn pinned(&self, version: &VersionRecord) -> Result<Arc<Pinned>> {
        if let Some(known) = self.known(&version.digest) {
            return Ok(known);
        }
        let pinned = Pinned::load(&version.document, &version.digest)
            .map_err(|_| Error::PinnedDocumentCorrupt)
            .map(Arc::new)?;
        let mut cache = self.by_digest.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CAPACITY {
            cache.clear();
        }
        cache.insert(version.digest.clone(), Arc::clone(&pinned));
        Ok(pinned)
    }

    /// The definition that a run pins: by name, version and digest, all three.
    pub async fn of_run(&self, store: &Store, run: &RunRecord) -> Result<Arc<Pinned>> {
        if let Some(known) = self.known(&run.workflow_digest) {
            return Ok(known);
        }
        let query = GetVersion { name: run.workflow_name.clone(), version: Some(run.workflow_version) };
        let version = store.read(query).await?;
        if version.digest != run.workflow_digest {
            return Err(Error::PinnedDocumentCorrupt);
        }
        self.pinned(&version)
    }

    fn known(&self, digest: &Digest) -> Option<Arc<Pinned>> {
        self.by_digest.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }
}
