//! What a reviewer should look at twice, found by fixed rules.

use crate::evidence::{FileChange, RiskNote, TestSummary};

/// What looks like a secret in an added line. The secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFinding {
    pub rule: &'static str,
    pub path: String,
    pub line: u64,
}

/// How well the run's steps were confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    Full,
    Partial,
    None,
}

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct RiskContext<'a> {
    pub files: &'a [FileChange],
    /// Lossy text of the unified diff.
    pub patch: &'a str,
    /// Absent when no test step ran.
    pub tests: Option<&'a TestSummary>,
    pub confinement: Confinement,
    pub ignored_paths: &'a [String],
    pub secrets: &'a [SecretFinding],
}

/// Returns the notes, high risks first.
pub fn assess(context: &RiskContext<'_>) -> Vec<RiskNote> {
    let _ = context;
    Vec::new()
}

/// Returns what looks like a secret in the added lines of a unified diff.
pub fn find_secrets(patch: &str) -> Vec<SecretFinding> {
    let _ = patch;
    Vec::new()
}
