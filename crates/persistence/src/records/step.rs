//! Attempts at steps, and the files they leave.

use crate::sql::{At, Doc, Key, record};
use domain::contract::{RejectWorkspace, StepKey};
use domain::failure::StepFailure;
use domain::run::AttemptState;
use domain::{ArtifactId, AttemptId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

record! {
    AttemptRecord / AttemptRow in step_attempts {
        id: AttemptId as Key,
        run_id: RunId as Key,
        step: StepKey as String,
        attempt: u32 as i64,
        tries: u32 as i64,
        state: AttemptState as String,
        workspace: RejectWorkspace as String,
        /// The worker that holds it, while leased.
        owner: Option<String> as Option<String>,
        /// Rises with every lease; a write that names an older one changes nothing.
        epoch: i64 as i64,
        lease_expires_at: Option<Timestamp> as Option<At>,
        available_at: Timestamp as At,
        started_at: Option<Timestamp> as Option<At>,
        finished_at: Option<Timestamp> as Option<At>,
        /// The supervisor process, so that a later server can confirm that it is gone.
        process: Option<Value> as Option<Doc<Value>>,
        outputs: Option<Value> as Option<Doc<Value>>,
        failure: Option<StepFailure> as Option<Doc<StepFailure>>,
        result: Option<AttemptResult> as Option<Doc<AttemptResult>>,
        /// Until when the processes of a cancelled attempt may still run; absent: they are gone.
        held_until: Option<Timestamp> as Option<At>,
        /// The run in which the attempt was made, where this run takes its success over; absent: this run.
        inherited_from: Option<RunId> as Option<Key>,
    }
}

/// What the engine found when the attempt ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AttemptResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Snapshot commit of the workspace after the step, in the project's mirror.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// Snapshot commit of the workspace before the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_before: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_paths: Vec<String>,
    /// `full`, `partial` or `none`, with what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confinement: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confinement_detail: Vec<String>,
    /// Size of the log in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_bytes: Option<u64>,
    /// What a test step found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Value>,
}

record! {
    ArtifactRecord / ArtifactRow in artifacts {
        id: ArtifactId as Key,
        run_id: RunId as Key,
        step: StepKey as String,
        attempt: u32 as i64,
        /// `log`, `diff`, `report`, `evidence`, `snapshot`, `bundle` or `output`.
        kind: String as String,
        name: String as String,
        media_type: String as String,
        /// Hexadecimal; the file's name in the artifact store.
        sha256: String as String,
        size_bytes: i64 as i64,
        created_at: Timestamp as At,
    }
}

impl crate::sql::Column<RejectWorkspace> for String {
    fn from_domain(value: &RejectWorkspace) -> Self {
        match value {
            RejectWorkspace::Keep => "keep".to_owned(),
            RejectWorkspace::Restore => "restore".to_owned(),
        }
    }
    fn into_domain(self) -> crate::Result<RejectWorkspace> {
        match self.as_str() {
            "keep" => Ok(RejectWorkspace::Keep),
            "restore" => Ok(RejectWorkspace::Restore),
            _ => Err(crate::Error::Corrupt(format!("{self:?} is not a workspace rule"))),
        }
    }
}
