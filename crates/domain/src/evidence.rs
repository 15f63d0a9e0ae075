//! What a gate shows: the change, the tests and the risks, as the run itself found them.
//!
//! The document holds integers and strings only. It is serialised once, stored as bytes, and the SHA-256 of those
//! bytes is its identity; nothing ever recomputes it from another serialisation.

use crate::contract::ApprovalStep;
use crate::project::ShipMode;
use crate::{Digest, RunId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    Added,
    Modified,
    Deleted,
    Renamed,
    Copied,
    TypeChanged,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub old_path: Option<String>,
    pub status: FileStatus,
    pub additions: u64,
    pub deletions: u64,
    pub binary: bool,
}

/// The change that an approval would ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffSummary {
    /// Commit the change is against; absent where the run has no repository.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub base: Option<String>,
    /// The ship candidate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tree: Option<String>,
    /// SHA-256 of the patch, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    pub files_changed: u64,
    pub additions: u64,
    pub deletions: u64,
    pub text: String,
    pub files: Vec<FileChange>,
}

/// The tests of the candidate's tree. Counts are null when no parser understood the output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSummary {
    /// Absent when no test step ran.
    pub command: Option<String>,
    pub tree: Option<String>,
    pub exit_code: Option<i32>,
    pub total: Option<u64>,
    pub passed: Option<u64>,
    pub failed: Option<u64>,
    pub skipped: Option<u64>,
    pub duration_ms: Option<u64>,
    pub text: String,
    pub failing: Vec<String>,
    pub newly_failing: Vec<String>,
    pub fixed: Vec<String>,
}

impl DiffSummary {
    /// A change that is only described, where the run has no repository.
    pub fn stated(text: String) -> Self {
        Self {
            base: None,
            commit: None,
            tree: None,
            sha256: None,
            files_changed: 0,
            additions: 0,
            deletions: 0,
            text,
            files: Vec::new(),
        }
    }
}

impl TestSummary {
    /// Tests that are only described, or that did not run.
    pub fn stated(text: String) -> Self {
        Self {
            command: None,
            tree: None,
            exit_code: None,
            total: None,
            passed: None,
            failed: None,
            skipped: None,
            duration_ms: None,
            text,
            failing: Vec::new(),
            newly_failing: Vec::new(),
            fixed: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    Info,
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskNote {
    pub code: String,
    pub level: RiskLevel,
    pub message: String,
    pub paths: Vec<String>,
}

/// Where an approval sends the candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    pub remote: String,
    pub branch: String,
    pub mode: ShipMode,
}

/// The evidence document, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceV1 {
    pub version: u32,
    pub run_id: RunId,
    pub workflow_name: String,
    pub workflow_version: i64,
    pub workflow_digest: Digest,
    pub step: String,
    pub round: u32,
    pub diff_summary: DiffSummary,
    pub test_summary: TestSummary,
    pub risk_notes: Vec<RiskNote>,
    /// Absent when the workflow ships nothing.
    pub destination: Option<Destination>,
    /// The gate's policy, frozen when it opened.
    pub policy: ApprovalStep,
}

impl EvidenceV1 {
    pub const VERSION: u32 = 1;
}
