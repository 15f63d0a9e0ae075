//! A gate for tests.

use domain::approval::Decision;
use domain::{Actor, Digest, Timestamp, UserId};
use serde_json::json;
use wire::{ApprovalResponse, VoteResponse};

pub fn digest() -> Digest {
    Digest::of(b"evidence")
}

pub fn user() -> UserId {
    UserId::parse("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77").unwrap()
}

pub fn vote(decision: Decision, evidence_digest: Digest) -> VoteResponse {
    let actor = Actor::user(user(), "Ana".to_owned(), None);
    VoteResponse { decision, actor, at: Timestamp::from_micros(9), rationale: None, evidence_digest }
}

/// A pending gate with complete evidence, one approval needed, in its first round of three.
pub fn approval() -> ApprovalResponse {
    let id = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e78";
    serde_json::from_value(json!({
        "id": id, "run_id": id, "project_id": id, "step": "request_approval", "status": "pending",
        "requested_at": "2026-11-22T15:04:05.000123Z", "expires_at": null,
        "policy": {
            "required_approvals": 1, "allow_self_approval": true, "rationale_on_reject": "optional",
            "on_reject": { "action": "retry_step", "step": "run_coding_agent", "round": 1, "max_rounds": 3 },
        },
        "evidence": {
            "digest": digest(), "complete": true, "missing_fields": [], "version": 1,
            "diff_summary": {
                "files_changed": 0, "additions": 0, "deletions": 0, "text": "No file changes.", "files": [],
            },
            "test_summary": {
                "command": null, "tree": null, "exit_code": null, "total": null, "passed": null, "failed": null,
                "skipped": null, "duration_ms": null, "text": "No test step ran.", "failing": [],
                "newly_failing": [], "fixed": [],
            },
            "risk_notes": [],
        },
        "destination": null, "diagnostics": [],
        "on_approve": ["commit_and_pr"], "on_reject": ["run_coding_agent", "run_tests", "request_approval"],
        "decisions": [], "outcome": null,
    }))
    .unwrap()
}
