//! The blocks of a run with a repository: the candidate's diff, the tests of its tree, the risks of both.

use super::tests_seen::Seen;
use super::{Blocked, Blocks, Subject, candidate};
use crate::Engine;
use crate::artifacts::{Content, Source};
use crate::error::{Error, Result};
use crate::workspace::Trees;
use domain::evidence::{DiffSummary, FileChange, FileStatus, RiskLevel, RiskNote};
use domain::risk::{self, Confinement, RiskContext};
use git::{ChangeStatus, Diff, Mirror, Oid};
use persistence::records::AttemptRecord;

impl Engine {
    pub(super) async fn repository_blocks(&self, subject: &Subject<'_>) -> Result<Result<Blocks, Blocked>> {
        let run = subject.run;
        let mirror = self.shared.mirrors.get(run.project_id).await?;
        if let Some(remote) = self.remote_of(&run.settings)?
            && let Err(error) = mirror.fetch(&remote).await
        {
            return Ok(Err(Blocked {
                reason: "repository_unreadable",
                detail: format!("The repository could not be fetched: {error}."),
                remediation: "Check that the server can reach the repository, then refresh the approval.",
            }));
        }
        let trees = Trees::replay(run, subject.attempts, subject.gate)?;
        let base_text = run.base_commit.clone().unwrap_or_default();
        let Ok(base) = Oid::parse(&base_text) else {
            return Err(Error::NotFound { what: "base commit" });
        };
        self.recover_snapshot(&mirror, run, &trees.newest).await?;
        let found = async {
            mirror.tree_of(&base).await?;
            mirror.tree_of(&trees.newest).await
        };
        let tree = match found.await {
            Ok(tree) => tree,
            Err(error) => {
                return Ok(Err(Blocked {
                    reason: "base_missing",
                    detail: format!("The base or the snapshot is not in the server's mirror: {error}."),
                    remediation: "Restore the server's mirror of the project, then refresh; or cancel and start anew.",
                }));
            }
        };
        let tests = match self.tests_seen(subject, tree.as_str()).await? {
            Ok(tests) => tests,
            Err(blocked) => return Ok(Err(blocked)),
        };
        let commit = candidate::make(subject, &mirror, &base, &tree).await?;
        let diff = mirror.diff(&base, &commit).await?;
        let content = Content {
            kind: "diff",
            name: "change.diff",
            media_type: "text/x-diff; charset=utf-8",
            source: Source::Bytes(&diff.patch),
        };
        let stored =
            self.artifacts().store(run.id, &subject.gate.step, subject.gate.attempt, content).await?;
        let risk_notes = notes(subject, &mirror, &diff, &tests, &base).await?;
        Ok(Ok(Blocks {
            diff_summary: summary(&diff, &base, &commit, &tree),
            test_summary: tests.summary,
            risk_notes,
            artifacts: vec![stored],
        }))
    }
}

async fn notes(
    subject: &Subject<'_>,
    mirror: &Mirror,
    diff: &Diff,
    tests: &Seen,
    base: &Oid,
) -> Result<Vec<RiskNote>> {
    let patch = String::from_utf8_lossy(&diff.patch);
    let secrets = risk::find_secrets(&patch);
    let files: Vec<FileChange> = diff.files.iter().map(file_change).collect();
    let ignored = ignored_paths(subject.attempts);
    let context = RiskContext {
        files: &files,
        patch: &patch,
        tests: Some(&tests.summary).filter(|summary| summary.command.is_some()),
        confinement: confinement(subject.attempts),
        ignored_paths: &ignored,
        secrets: &secrets,
    };
    let mut notes = risk::assess(&context);
    notes.extend(tests.notes.clone());
    if files.is_empty() {
        notes.push(note(
            "empty_change",
            RiskLevel::High,
            "The run changed no file: nothing would ship.",
            vec![],
        ));
    }
    let branch = subject.run.base_ref.as_deref().unwrap_or(&subject.run.settings.default_branch);
    if let Ok(now) = mirror.resolve(branch).await
        && now != *base
    {
        let message = format!("{branch} has moved since the run started: the change is against {base}.");
        notes.push(note("base_moved", RiskLevel::Medium, &message, vec![]));
    }
    notes.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.code.cmp(&b.code)));
    Ok(notes)
}

pub(super) fn note(code: &str, level: RiskLevel, message: &str, paths: Vec<String>) -> RiskNote {
    RiskNote { code: code.to_owned(), level, message: message.to_owned(), paths }
}

/// The weakest confinement that a step of this run had.
fn confinement(attempts: &[AttemptRecord]) -> Confinement {
    let levels = attempts.iter().filter_map(|attempt| attempt.result.as_ref()?.confinement.as_deref());
    levels
        .map(|level| match level {
            "full" => Confinement::Full,
            "partial" => Confinement::Partial,
            _ => Confinement::None,
        })
        .max_by_key(|level| match level {
            Confinement::Full => 0,
            Confinement::Partial => 1,
            Confinement::None => 2,
        })
        .unwrap_or(Confinement::Full)
}

/// What the newest snapshot left out because the repository ignores it.
fn ignored_paths(attempts: &[AttemptRecord]) -> Vec<String> {
    let results = attempts.iter().rev().filter_map(|attempt| attempt.result.as_ref());
    results.map(|result| result.ignored_paths.clone()).find(|paths| !paths.is_empty()).unwrap_or_default()
}

fn summary(diff: &Diff, base: &Oid, commit: &Oid, tree: &Oid) -> DiffSummary {
    let count = diff.files.len();
    let plural = if count == 1 { "file" } else { "files" };
    DiffSummary {
        base: Some(base.to_string()),
        commit: Some(commit.to_string()),
        tree: Some(tree.to_string()),
        sha256: Some(diff.sha256.clone()),
        files_changed: count as u64,
        additions: diff.additions,
        deletions: diff.deletions,
        text: format!("{count} {plural} changed (+{}/-{}).", diff.additions, diff.deletions),
        files: diff.files.iter().map(file_change).collect(),
    }
}

fn file_change(change: &git::FileChange) -> FileChange {
    FileChange {
        path: change.path.clone(),
        old_path: change.old_path.clone(),
        status: match change.status {
            ChangeStatus::Added => FileStatus::Added,
            ChangeStatus::Modified => FileStatus::Modified,
            ChangeStatus::Deleted => FileStatus::Deleted,
            ChangeStatus::Renamed => FileStatus::Renamed,
            ChangeStatus::Copied => FileStatus::Copied,
            ChangeStatus::TypeChanged => FileStatus::TypeChanged,
        },
        additions: change.additions,
        deletions: change.deletions,
        binary: change.binary,
    }
}
