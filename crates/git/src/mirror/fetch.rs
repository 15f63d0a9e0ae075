//! Following the remote, and finding what a run starts from.

use super::{Mirror, UPSTREAM_HEADS, UPSTREAM_TAGS};
use crate::error::{Error, Result};
use crate::oid::Oid;
use crate::refname::RefName;
use crate::remote::Remote;
use crate::transport::read_failure;

impl Mirror {
    /// Brings the mirror's copy of all branches and tags to the remote's state; what is gone there is removed.
    pub async fn fetch(&self, remote: &Remote) -> Result<()> {
        let call = self
            .call("fetch")
            .args(["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head"])
            .args(["--no-auto-maintenance", "--no-recurse-submodules", "--end-of-options"])
            .arg(remote.url.as_str())
            .arg(format!("+refs/heads/*:{UPSTREAM_HEADS}*"))
            .arg(format!("+refs/tags/*:{UPSTREAM_TAGS}*"));
        let call = self.equip(call, remote).await?;
        let _held = self.lock.lock().await;
        self.remove_stale_locks().await?;
        let finished = self.git.attempt(call).await?;
        if finished.succeeded() { Ok(()) } else { Err(read_failure(finished)) }
    }

    /// Finds the commit of a branch, a tag, `refs/heads/…`, `refs/tags/…` or a full commit id.
    ///
    /// A branch wins over a tag of the same name. References of runs cannot be named.
    pub async fn resolve(&self, base_ref: &str) -> Result<Oid> {
        for candidate in candidates(base_ref)? {
            if let Some(commit) = self.commit_of(&candidate).await? {
                return Ok(commit);
            }
        }
        Err(Error::RefNotFound { name: base_ref.to_owned() })
    }

    /// Peels an object id or a full reference to its commit; `None` when there is none.
    async fn commit_of(&self, object: &str) -> Result<Option<Oid>> {
        let call = self
            .call("resolve a reference")
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{object}^{{commit}}"));
        let finished = self.git.attempt(call).await?;
        match finished.exit_code {
            Some(0) => finished.oid().map(Some),
            // Absent, or an object that is no commit; anything worse is another code.
            Some(1) => Ok(None),
            Some(_) | None => Err(finished.into_error()),
        }
    }

    /// Returns what a full reference of the remote points at, or `None` when the remote has none of that name.
    pub async fn remote_ref(&self, remote: &Remote, reference: &str) -> Result<Option<Oid>> {
        let reference = RefName::beneath("refs/", reference)?;
        let call = self
            .call("list a remote reference")
            .args(["ls-remote", "--quiet", "--refs", "--end-of-options"])
            .arg(remote.url.as_str())
            .arg(reference.as_str());
        let operation = call.operation;
        let call = self.equip(call, remote).await?;
        let finished = self.git.attempt(call).await?;
        if !finished.succeeded() {
            return Err(read_failure(finished));
        }
        // The name is a pattern to git that also matches the end of longer names.
        let text = String::from_utf8_lossy(&finished.stdout);
        let found = text
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .find(|(_, name)| *name == reference.as_str());
        found
            .map(|(oid, _)| Oid::parse(oid).map_err(|error| Error::output(operation, error.to_string())))
            .transpose()
    }
}

/// Refuses a text that can name neither a branch, a tag nor a commit, whatever the repository holds.
pub fn check_base_ref(base_ref: &str) -> Result<()> {
    candidates(base_ref).map(drop)
}

/// What a `base_ref` may stand for within the mirror, in order.
fn candidates(base_ref: &str) -> Result<Vec<String>> {
    let name = RefName::parse(base_ref)?;
    let name = name.as_str();
    if let Ok(oid) = Oid::parse(name) {
        return Ok(vec![oid.to_string()]);
    }
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        return Ok(vec![format!("{UPSTREAM_HEADS}{branch}")]);
    }
    if let Some(tag) = name.strip_prefix("refs/tags/") {
        return Ok(vec![format!("{UPSTREAM_TAGS}{tag}")]);
    }
    if name.starts_with("refs/") {
        return Err(Error::InvalidRef { name: name.to_owned() });
    }
    Ok(vec![format!("{UPSTREAM_HEADS}{name}"), format!("{UPSTREAM_TAGS}{name}")])
}
