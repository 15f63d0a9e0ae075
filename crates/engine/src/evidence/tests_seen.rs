//! The tests of the candidate's tree, and how they compare with the run's first ones.

use super::repository::note;
use super::{Blocked, Subject};
use crate::Engine;
use crate::error::Result;
use crate::steps::TestRun;
use domain::Digest;
use domain::evidence::{RiskLevel, RiskNote, TestSummary};
use persistence::records::AttemptRecord;
use reports::Report;

/// How many names the evidence lists.
const MAX_NAMES: usize = 200;

/// The test block, and the notes that only it can tell.
pub(super) struct Seen {
    pub summary: TestSummary,
    pub notes: Vec<RiskNote>,
}

impl Engine {
    pub(super) async fn tests_seen(
        &self,
        subject: &Subject<'_>,
        tree: &str,
    ) -> Result<Result<Seen, Blocked>> {
        let runs: Vec<TestRun> = subject.attempts.iter().filter_map(test_run).collect();
        let Some(last) = runs.last() else {
            let summary = TestSummary::stated("No test step ran.".to_owned());
            return Ok(Ok(Seen { summary, notes: Vec::new() }));
        };
        if last.tree.as_deref() != Some(tree) {
            return Ok(Err(Blocked {
                reason: "tests_ran_on_other_tree",
                detail: "The newest tests ran on another tree than the one that would ship.".to_owned(),
                remediation: "Let a test step be the last one before the gate: publish a mended definition, cancel this run, start anew.",
            }));
        }
        if let Some(problem) = &last.report_problem {
            return Ok(Err(Blocked {
                reason: if problem.reason == "report_missing" {
                    "report_missing"
                } else {
                    "report_malformed"
                },
                detail: problem.detail.clone(),
                remediation: "Let the test command write the JUnit XML that the step declares; cancel this run and start anew.",
            }));
        }
        let later = self.report_of(last).await?;
        let earlier = match runs.first() {
            Some(first) if first.report_sha256 != last.report_sha256 => self.report_of(first).await?,
            _ => None,
        };
        Ok(Ok(seen(last, earlier.as_ref(), later.as_ref())))
    }

    async fn report_of(&self, run: &TestRun) -> Result<Option<Report>> {
        let Some(sha256) = &run.report_sha256 else {
            return Ok(None);
        };
        let Ok(digest) = Digest::parse(&format!("sha256:{sha256}")) else {
            return Ok(None);
        };
        let bytes = self.artifacts().read(&digest).await?;
        Ok(serde_json::from_slice(&bytes).ok())
    }
}

fn test_run(attempt: &AttemptRecord) -> Option<TestRun> {
    serde_json::from_value(attempt.result.as_ref()?.tests.clone()?).ok()
}

fn seen(last: &TestRun, earlier: Option<&Report>, later: Option<&Report>) -> Seen {
    let compared = match (earlier, later) {
        (Some(earlier), Some(later)) => Some(reports::compare(earlier, later)),
        _ => None,
    };
    let mut notes = Vec::new();
    if let Some(removed) = compared.as_ref().map(|c| &c.removed).filter(|removed| !removed.is_empty()) {
        let message = format!("{} tests that ran before did not run on this tree.", removed.len());
        notes.push(note("tests_no_longer_run", RiskLevel::High, &message, bounded(removed)));
    }
    if last.changed_tree {
        let message = "The tests changed files of the tree; those changes were dropped and would not ship.";
        notes.push(note("tests_changed_files", RiskLevel::Low, message, vec![]));
    }
    let summary = TestSummary {
        command: Some(last.command.clone()),
        tree: last.tree.clone(),
        exit_code: Some(last.exit_code),
        total: last.counts.map(|counts| counts.total),
        passed: last.counts.map(|counts| counts.passed),
        failed: last.counts.map(|counts| counts.failed),
        skipped: last.counts.map(|counts| counts.skipped),
        duration_ms: Some(last.duration_ms),
        text: last.text(),
        failing: last.failing.clone(),
        newly_failing: compared.as_ref().map(|c| bounded(&c.newly_failing)).unwrap_or_default(),
        fixed: compared.as_ref().map(|c| bounded(&c.fixed)).unwrap_or_default(),
    };
    Seen { summary, notes }
}

fn bounded(names: &[String]) -> Vec<String> {
    names.iter().take(MAX_NAMES).cloned().collect()
}
