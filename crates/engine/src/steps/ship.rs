//! `ship` steps: the safety checks, then the push of the approved commit and nothing else.

use super::work::{End, Held};
use crate::Engine;
use crate::artifacts::{Content, Source};
use crate::error::{Error, Result};
use crate::workspace::Trees;
use domain::access::Visibility;
use domain::approval::ApprovalStatus;
use domain::contract::ShipStep;
use domain::evidence::{Destination, EvidenceV1};
use domain::failure::{FailureReason, StepFailure};
use domain::project::ShipMode;
use domain::risk;
use git::{Mirror, Oid, PushOutcome};
use persistence::commands::{AttemptReport, Change, ListApprovals, ListAttempts, Order};
use serde_json::{Value, json};

/// What an approval lets this run ship.
struct Approved {
    evidence: EvidenceV1,
    base: Oid,
    commit: Oid,
    destination: Destination,
}

/// One safety check and what it found.
struct Checks(Vec<Value>);

impl Checks {
    fn passed(&mut self, check: &str, detail: impl Into<String>) {
        self.0.push(json!({ "check": check, "passed": true, "detail": detail.into() }));
    }

    fn failed(&mut self, check: &str, detail: &str) {
        self.0.push(json!({ "check": check, "passed": false, "detail": detail }));
    }
}

impl Engine {
    pub(super) async fn ship(&self, held: &Held, ship: &ShipStep) -> Result<End> {
        let mut checks = Checks(Vec::new());
        let mut report = AttemptReport::default();
        let approved = match self.approved(held, ship).await? {
            Ok(approved) => approved,
            Err(failure) => return Ok(End::Failed { failure, report }),
        };
        let mirror = self.shared.mirrors.get(held.run.project_id).await?;
        let safe = self.check(held, &approved, &mirror, &mut checks).await?;
        let shipped = match safe {
            Err(failure) => Err(failure),
            Ok(()) => match approved.destination.mode {
                ShipMode::DryRun => self.bundle(held, &approved, &mirror, &mut report).await?,
                ShipMode::Push => self.push(held, &approved, &mirror, &mut checks).await?,
            },
        };
        let metadata = json!({
            "branch": shipped.as_ref().ok(),
            "base": approved.base,
            "commit": approved.commit,
            "remote": approved.destination.remote,
            "mode": approved.destination.mode,
            "summary": approved.evidence.diff_summary.text,
            "checks": checks.0,
        });
        let bytes = serde_json::to_vec_pretty(&metadata).map_err(std::io::Error::other)?;
        let content = Content {
            kind: "pr_metadata",
            name: "ship.json",
            media_type: "application/json",
            source: Source::Bytes(&bytes),
        };
        self.attach(held, &mut report, content).await?;
        Ok(match shipped {
            Ok(_) => End::Succeeded { outputs: metadata, report },
            Err(failure) => End::Failed { failure, report },
        })
    }

    /// The newest approval of this run with its evidence, read back by its digest.
    async fn approved(&self, held: &Held, ship: &ShipStep) -> Result<Result<Approved, StepFailure>> {
        let wanted = ListApprovals {
            visibility: Visibility::All,
            project_id: None,
            run_id: Some(held.run.id),
            statuses: vec![ApprovalStatus::Approved],
            order: Order::OldestFirst,
            after: None,
            limit: i64::MAX,
        };
        let approvals = self.store().read(wanted).await?;
        let Some((approval, _)) = approvals.into_iter().next_back() else {
            return Ok(Err(StepFailure::new(
                FailureReason::ApprovalMissing,
                "No gate of this run was approved.",
            )));
        };
        let evidence = self.evidence(&approval).await?.ok_or(Error::ArtifactCorrupt)?;
        let (Some(base), Some(commit)) = (&evidence.diff_summary.base, &evidence.diff_summary.commit) else {
            let detail = "The approved evidence names no commit: the run has no repository.";
            return Ok(Err(StepFailure::new(FailureReason::CandidateMismatch, detail)));
        };
        let parse = |text: &str| Oid::parse(text).map_err(|_| Error::ArtifactCorrupt);
        let (base, commit) = (parse(base)?, parse(commit)?);
        let attempts = self.store().read(ListAttempts { run_id: held.run.id }).await?;
        let destination = evidence
            .destination
            .clone()
            .unwrap_or_else(|| crate::evidence::destination_of(&held.run, &attempts, ship));
        Ok(Ok(Approved { evidence, base, commit, destination }))
    }

    async fn check(
        &self,
        held: &Held,
        approved: &Approved,
        mirror: &Mirror,
        checks: &mut Checks,
    ) -> Result<Result<(), StepFailure>> {
        let attempts = self.store().read(ListAttempts { run_id: held.run.id }).await?;
        let newest = Trees::replay(&held.run, &attempts, &held.attempt)?.newest;
        let same_tree = mirror.tree_of(&newest).await? == mirror.tree_of(&approved.commit).await?;
        if !same_tree {
            let detail = "The tree has changed since the approval.";
            checks.failed("candidate_is_approved", detail);
            return Ok(Err(StepFailure::new(FailureReason::CandidateMismatch, detail)));
        }
        checks.passed("candidate_is_approved", approved.commit.to_string());
        let diff = mirror.diff(&approved.base, &approved.commit).await?;
        if Some(&diff.sha256) != approved.evidence.diff_summary.sha256.as_ref() {
            let detail = "The candidate's diff is not the one that was shown.";
            checks.failed("diff_is_approved", detail);
            return Ok(Err(StepFailure::new(FailureReason::CandidateMismatch, detail)));
        }
        checks.passed("diff_is_approved", diff.sha256.clone());
        if diff.files.is_empty() {
            return Ok(Err(StepFailure::new(FailureReason::NothingToShip, "The approved change is empty.")));
        }
        let lines = diff.additions + diff.deletions;
        let limit = self.config().limits.diff_lines;
        if lines > limit {
            let detail = format!("{lines} changed lines, and at most {limit} may ship.");
            checks.failed("diff_size", &detail);
            return Ok(Err(StepFailure::new(FailureReason::DiffTooLarge, detail)));
        }
        checks.passed("diff_size", format!("{lines} changed lines of at most {limit}"));
        let secrets = risk::find_secrets(&String::from_utf8_lossy(&diff.patch));
        if let Some(first) = secrets.first() {
            let detail = format!("{}:{} looks like a secret ({}).", first.path, first.line, first.rule);
            checks.failed("secret_scan", &detail);
            return Ok(Err(StepFailure::new(FailureReason::SecretFound, detail)));
        }
        checks.passed("secret_scan", "nothing in the added lines looks like a secret");
        let binaries = diff.files.iter().filter(|file| file.binary).count();
        checks.passed("binary_files", format!("{binaries} binary files, as shown"));
        Ok(Ok(()))
    }

    async fn push(
        &self,
        held: &Held,
        approved: &Approved,
        mirror: &Mirror,
        checks: &mut Checks,
    ) -> Result<Result<String, StepFailure>> {
        let Some(remote) = self.remote_of(&held.run.settings)? else {
            return Ok(Err(StepFailure::new(FailureReason::PushRejected, "The project has no repository.")));
        };
        // From here on the run cannot be cancelled: nobody could say whether the branch exists.
        self.change_fenced(&held.run, Change::BeginShipping, held.fence()).await?;
        let wanted = &approved.destination.branch;
        for branch in [wanted.clone(), format!("{wanted}-2")] {
            let pushed = mirror.push(&remote, &approved.commit, &format!("refs/heads/{branch}")).await;
            match pushed {
                Ok(PushOutcome::Pushed | PushOutcome::AlreadyThere) => {
                    checks.passed("branch_collision", branch.clone());
                    return Ok(Ok(branch));
                }
                Ok(PushOutcome::Taken { by }) => {
                    checks.failed("branch_collision", &format!("{branch} exists at {by}"));
                }
                Err(error) => {
                    return Ok(Err(super::begin::git_failure(&error, FailureReason::PushRejected)));
                }
            }
        }
        let detail = format!("Both {wanted} and {wanted}-2 exist on the remote with other content.");
        Ok(Err(StepFailure::new(FailureReason::BranchTaken, detail)))
    }

    async fn bundle(
        &self,
        held: &Held,
        approved: &Approved,
        mirror: &Mirror,
        report: &mut AttemptReport,
    ) -> Result<Result<String, StepFailure>> {
        let folder = self.shared.layout.run(held.run.id);
        tokio::fs::create_dir_all(&folder).await?;
        let file = folder.join("candidate.bundle");
        super::process::remove_file(&file).await?;
        mirror.bundle(&approved.base, &approved.commit, &file).await?;
        let content = Content {
            kind: "bundle",
            name: "candidate.bundle",
            media_type: "application/x-git-bundle",
            source: Source::File(&file),
        };
        self.attach(held, report, content).await?;
        Ok(Ok(approved.destination.branch.clone()))
    }
}
