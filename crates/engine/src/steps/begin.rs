//! Starting an attempt; with the first one, the run: fetching the repository and resolving the base.

use crate::Engine;
use crate::error::{Error, Result};
use domain::contract::Pinned;
use domain::failure::{FailureReason, StepFailure};
use domain::run::Status;
use git::Oid;
use persistence::commands::{AttemptReport, Change, Changed, Claimed, Fence};
use persistence::records::RunRecord;
use std::sync::Arc;

impl Engine {
    /// Begins a claimed attempt. A run that cannot be prepared starts and fails, so that its failure is on record.
    pub(super) async fn begin(&self, claimed: &Claimed, _pinned: &Arc<Pinned>) -> Result<Changed> {
        let fence = Fence {
            attempt_id: claimed.attempt.id,
            owner: claimed.attempt.owner.clone().unwrap_or_default(),
            epoch: claimed.attempt.epoch,
        };
        let prepared = match claimed.run.status {
            Status::Pending => self.resolve_base(&claimed.run).await,
            Status::Running
            | Status::AwaitingApproval
            | Status::Completed
            | Status::Failed
            | Status::Cancelled => Ok(None),
        };
        match prepared {
            Ok(base_commit) => self.change_fenced(&claimed.run, Change::Begin { base_commit }, fence).await,
            Err(Error::Git(error)) => {
                let failure = git_failure(&error, FailureReason::RepositoryUnavailable);
                self.begin_and_fail(claimed, fence, failure).await
            }
            Err(Error::Invalid(faults)) => {
                let detail = faults.iter().map(|fault| fault.detail.clone()).collect::<Vec<_>>().join(" ");
                let failure = StepFailure::new(FailureReason::RepositoryUnavailable, detail);
                self.begin_and_fail(claimed, fence, failure).await
            }
            Err(error) => Err(error),
        }
    }

    async fn begin_and_fail(&self, claimed: &Claimed, fence: Fence, failure: StepFailure) -> Result<Changed> {
        let changed =
            self.change_fenced(&claimed.run, Change::Begin { base_commit: None }, fence.clone()).await?;
        let Some(attempt) = &changed.live else {
            return Ok(changed);
        };
        let fence = Fence { attempt_id: attempt.id, ..fence };
        let change = Change::Fail { failure, jitter: 0.0, report: AttemptReport::default() };
        self.change_fenced(&claimed.run, change, Fence { epoch: attempt.epoch, ..fence }).await
    }

    /// Fetches the project's repository and finds the commit that the run starts from; `None` without a repository.
    async fn resolve_base(&self, run: &RunRecord) -> Result<Option<String>> {
        let Some(remote) = self.remote_of(&run.settings)? else {
            return Ok(None);
        };
        let mirror = self.shared.mirrors.get(run.project_id).await?;
        if let Some(known) = run.base_commit.as_deref().and_then(|text| Oid::parse(text).ok()) {
            if mirror.tree_of(&known).await.is_err() {
                mirror.fetch(&remote).await?;
            }
            return Ok(Some(known.to_string()));
        }
        mirror.fetch(&remote).await?;
        let wanted = run.base_ref.as_deref().unwrap_or(&run.settings.default_branch);
        let base = mirror.resolve(wanted).await?;
        mirror.check_supported(&base).await?;
        mirror.update_ref(&format!("refs/jido/runs/{}/base", run.id), &base).await?;
        Ok(Some(base.to_string()))
    }
}

/// The failure that a fault of git stands for; `otherwise` where it has no reason of its own.
pub fn git_failure(error: &git::Error, otherwise: FailureReason) -> StepFailure {
    let reason = match error {
        // What is pushed is named by the project, what a run begins at by its base.
        git::Error::InvalidRef { .. } if otherwise == FailureReason::PushRejected => otherwise,
        git::Error::RefNotFound { .. } | git::Error::InvalidRef { .. } => FailureReason::BaseNotFound,
        git::Error::RepositoryUnsupported { .. } => FailureReason::RepositoryUnsupported,
        git::Error::RepositoryUnreadable { .. } => FailureReason::RepositoryUnavailable,
        git::Error::AuthenticationFailed { .. } | git::Error::CredentialUnusable { .. } => {
            FailureReason::AuthenticationFailed
        }
        git::Error::PushRejected { .. } => FailureReason::PushRejected,
        git::Error::NotInstalled
        | git::Error::CommandFailed { .. }
        | git::Error::TimedOut { .. }
        | git::Error::PathOutside { .. }
        | git::Error::WorkspaceNotEmpty { .. }
        | git::Error::TooLarge { .. }
        | git::Error::Output { .. }
        | git::Error::Io { .. } => otherwise,
    };
    StepFailure::new(reason, sentence(&error.to_string()))
}

/// The text as a sentence: lines without blanks at their ends, a capital first, one full stop last.
fn sentence(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("\n");
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_cannot_be_is_the_bases_or_that_of_what_ships() {
        let error = git::Error::InvalidRef { name: "..x".to_owned() };
        let reason = |otherwise| git_failure(&error, otherwise).reason;
        assert_eq!(reason(FailureReason::RepositoryUnavailable), FailureReason::BaseNotFound);
        assert_eq!(reason(FailureReason::PushRejected), FailureReason::PushRejected);
    }

    #[test]
    fn what_git_says_becomes_a_sentence() {
        assert_eq!(
            sentence("the push failed: \nremote: no robots   \n\nand so on."),
            "The push failed:\nremote: no robots\nand so on."
        );
        assert_eq!(sentence(""), "");
    }
}
