//! What a test step found, in the form that its attempt keeps and its gate reads.

use reports::Report;
use serde::{Deserialize, Serialize};

/// How many names an attempt's row keeps; the report artifact holds them all.
const MAX_NAMES: usize = 200;

/// The result of one test step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestRun {
    /// The command as people write it.
    pub command: String,
    /// The tree that the tests ran on; absent where the run has no repository.
    pub tree: Option<String>,
    pub exit_code: i32,
    pub duration_ms: u64,
    /// Counts; absent when no parser understood the output.
    pub counts: Option<Counts>,
    pub failing: Vec<String>,
    /// SHA-256 of the report artifact with every test's outcome.
    pub report_sha256: Option<String>,
    /// The declared report is missing or malformed: the gate is blocked.
    pub report_problem: Option<ReportProblem>,
    /// The step asks for tests and none ran.
    pub tests_required_but_none_ran: bool,
    /// The tests changed files; the changes were dropped.
    pub changed_tree: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub total: u64,
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

/// Why a declared report could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportProblem {
    /// `report_missing` or `report_malformed`.
    pub reason: String,
    pub detail: String,
}

impl TestRun {
    /// Takes the counts and failing names of a report.
    pub fn read(&mut self, report: &Report) {
        self.counts = Some(Counts {
            total: report.total,
            passed: report.passed,
            failed: report.failed,
            skipped: report.skipped,
        });
        self.failing = report.failing().into_iter().take(MAX_NAMES).map(str::to_owned).collect();
    }

    /// One line for people: `cargo test: 44 passed, 0 failed.`
    pub fn text(&self) -> String {
        match &self.counts {
            Some(Counts { passed, failed, skipped: 0, .. }) => {
                format!("{}: {passed} passed, {failed} failed.", self.command)
            }
            Some(Counts { passed, failed, skipped, .. }) => {
                format!("{}: {passed} passed, {failed} failed, {skipped} skipped.", self.command)
            }
            None => {
                format!("{}: exit code {}; its tests could not be counted.", self.command, self.exit_code)
            }
        }
    }
}
