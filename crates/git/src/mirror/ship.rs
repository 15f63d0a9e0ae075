//! Shipping one commit to a new branch of the remote.

use super::Mirror;
use crate::error::Result;
use crate::oid::Oid;
use crate::output::Finished;
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
        let finished = self.send(remote, commit, &branch).await?;
        if finished.succeeded() {
            return Ok(PushOutcome::Pushed);
        }
        match self.present(remote, commit, &branch).await {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) | Err(_) => Err(push_failure(finished)),
        }
    }

    /// Pushes on condition that the remote has no such branch at that moment.
    async fn send(&self, remote: &Remote, commit: &Oid, branch: &RefName) -> Result<Finished> {
        let call = self
            .call("push")
            .args(["push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed"])
            .arg("--recurse-submodules=no")
            .arg(format!("--force-with-lease={branch}:"))
            .arg("--end-of-options")
            .arg(remote.url.as_str())
            .arg(format!("{commit}:{branch}"));
        let call = self.equip(call, remote).await?;
        self.git.attempt(call).await
    }

    /// What the push has come to already, or `None` while the branch is absent.
    async fn present(&self, remote: &Remote, commit: &Oid, branch: &RefName) -> Result<Option<PushOutcome>> {
        let found = self.remote_ref(remote, branch.as_str()).await?;
        Ok(found.map(|by| if by == *commit { PushOutcome::AlreadyThere } else { PushOutcome::Taken { by } }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mirror, RefName};
    use crate::{CommitRequest, Credential, Git, Remote, RemoteUrl};

    #[tokio::test]
    async fn a_branch_made_after_the_remote_was_asked_is_not_moved() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = async |name: &str| {
            Mirror::open(Git::new().expect("git is installed"), folder.path().join(name))
                .await
                .expect("a mirror")
        };
        let (mirror, target) = (open("mirror").await, open("target").await);
        let tree = mirror.call("make an empty tree").args(["mktree"]).input("");
        let tree = mirror.git.run(tree).await.and_then(|finished| finished.oid()).expect("an empty tree");
        let root = mirror.call("make a root").env("GIT_AUTHOR_NAME", "a").env("GIT_AUTHOR_EMAIL", "a@b");
        let root = root.env("GIT_COMMITTER_NAME", "a").env("GIT_COMMITTER_EMAIL", "a@b");
        let root = root.args(["commit-tree", "-m", "root", tree.as_str()]);
        let root = mirror.git.run(root).await.and_then(|finished| finished.oid()).expect("a root commit");
        let request = CommitRequest {
            parent: root.clone(),
            tree,
            message: "a descendant, which even a push without force could move the branch to".to_owned(),
            author_name: "a".to_owned(),
            author_email: "a@b".to_owned(),
            at: 0,
        };
        let candidate = mirror.commit_tree(&request).await.expect("a candidate");
        let url = target.path().to_str().expect("the path is text");
        let url = RemoteUrl::parse(url).expect("an absolute path is an address");
        let remote = Remote { url, credential: Credential::None };
        let branch = RefName::parse("refs/heads/x").expect("a branch name");

        assert!(mirror.send(&remote, &root, &branch).await.expect("git runs").succeeded());
        assert!(!mirror.send(&remote, &candidate, &branch).await.expect("git runs").succeeded());
        let present = mirror.remote_ref(&remote, branch.as_str()).await.expect("the remote answers");
        assert_eq!(present, Some(root));
    }
}
