//! Shipping one commit to a new branch of the remote.

use super::Mirror;
use crate::error::Result;
use crate::oid::Oid;
use crate::refname::RefName;
use crate::remote::Remote;
use crate::transport::push_failure;

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The branch is new and points at the commit.
    Pushed,
    /// The branch pointed at this very commit before.
    AlreadyThere,
    /// The branch points at another commit and was left alone.
    Taken { by: Oid },
}

impl Mirror {
    /// Makes a branch (`refs/heads/…`) of the remote from a commit; an existing branch is never moved.
    ///
    /// Repeating a push is safe: the remote is asked first, the push demands that the branch be absent, and
    /// after a refusal the remote is asked again, which tells a lost race from a refusal for another reason.
    pub async fn push(&self, remote: &Remote, commit: &Oid, reference: &str) -> Result<PushOutcome> {
        let branch = RefName::beneath("refs/heads/", reference)?;
        if let Some(outcome) = self.present(remote, commit, &branch).await? {
            return Ok(outcome);
        }
        let call = self
            .call("push")
            .args([
                "push",
                "--porcelain",
                "--no-verify",
                "--no-follow-tags",
                "--no-signed",
            ])
            .arg("--recurse-submodules=no")
            .arg(format!("--force-with-lease={branch}:"))
            .arg("--end-of-options")
            .arg(remote.url.as_str())
            .arg(format!("{commit}:{branch}"));
        let call = self.equip(call, remote).await?;
        let finished = self.git.attempt(call).await?;
        if finished.succeeded() {
            return Ok(PushOutcome::Pushed);
        }
        match self.present(remote, commit, &branch).await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) | Err(_) => Err(push_failure(finished)),
        }
    }

    /// What the push has come to already, or `None` while the branch is absent.
    async fn present(&self, remote: &Remote, commit: &Oid, branch: &RefName) -> Result<Option<PushOutcome>> {
        let found = self.remote_ref(remote, branch.as_str()).await?;
        Ok(found.map(|by| {
            if by == *commit {
                PushOutcome::AlreadyThere
            } else {
                PushOutcome::Taken { by }
            }
        }))
    }
}
