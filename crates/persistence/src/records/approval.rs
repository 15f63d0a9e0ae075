//! Gates and votes.

use crate::sql::{At, Doc, Key, record};
use domain::approval::{ApprovalStatus, ContextDiagnostic, Decision, Vote};
use domain::contract::{ApprovalStep, StepKey};
use domain::{Actor, ApprovalId, Digest, ProjectId, RunId, Timestamp, UserId};

record! {
    ApprovalRecord / ApprovalRow in approvals {
        id: ApprovalId as Key,
        run_id: RunId as Key,
        project_id: ProjectId as Key,
        step: StepKey as String,
        attempt: u32 as i64,
        /// Which opening of this gate in the run, from 1.
        round: u32 as i64,
        status: ApprovalStatus as String,
        /// Frozen when the gate opened.
        policy: ApprovalStep as Doc<ApprovalStep>,
        /// Identity of the evidence document in the artifact store; absent while blocked.
        evidence_digest: Option<Digest> as Option<String>,
        diagnostics: Vec<ContextDiagnostic> as Doc<Vec<ContextDiagnostic>>,
        requested_at: Timestamp as At,
        expires_at: Option<Timestamp> as Option<At>,
        decided_at: Option<Timestamp> as Option<At>,
        revision: i64 as i64,
    }
}

record! {
    VoteRecord / VoteRow in approval_votes {
        approval_id: ApprovalId as Key,
        user_id: UserId as Key,
        evidence_digest: Digest as String,
        decision: Decision as String,
        actor: Actor as Doc<Actor>,
        rationale: Option<String> as Option<String>,
        at: Timestamp as At,
    }
}

impl From<VoteRecord> for Vote {
    fn from(record: VoteRecord) -> Self {
        Self {
            decision: record.decision,
            actor: record.actor,
            at: record.at,
            rationale: record.rationale,
            evidence_digest: record.evidence_digest,
        }
    }
}
