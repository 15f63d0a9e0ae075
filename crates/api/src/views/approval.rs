//! Gates, with their evidence.

use crate::error::Result;
use domain::approval::{ApprovalStatus, Gate};
use domain::contract::{Definition, OnReject, StepKey, StepKind};
use domain::evidence::EvidenceV1;
use engine::Engine;
use persistence::records::{ApprovalRecord, RunRecord, VoteRecord};
use wire::{
    ApprovalResponse, EvidenceResponse, OnRejectResponse, OutcomeResponse, PolicyResponse, VoteResponse,
};

/// A gate as clients see it.
pub async fn approval(
    engine: &Engine,
    run: &RunRecord,
    (record, votes): (ApprovalRecord, Vec<VoteRecord>),
) -> Result<ApprovalResponse> {
    let pinned = engine.pinned_or_corrupt(run).await?;
    let evidence = engine.evidence(&record).await?;
    let outcome = outcome(&record, &votes);
    Ok(ApprovalResponse {
        id: record.id,
        run_id: record.run_id,
        project_id: record.project_id,
        status: record.status,
        requested_at: record.requested_at,
        expires_at: record.expires_at,
        policy: policy(&record),
        destination: evidence.as_ref().and_then(|evidence| evidence.destination.clone()),
        evidence: shown(&record, evidence),
        on_approve: on_approve(pinned.definition(), &record.step),
        on_reject: on_reject(pinned.definition(), &record),
        diagnostics: record.diagnostics,
        decisions: votes.into_iter().map(vote).collect(),
        outcome,
        step: record.step,
    })
}

/// What deciding needs to know of the gate.
pub fn gate(run: &RunRecord, record: &ApprovalRecord, votes: &[VoteRecord]) -> Gate {
    Gate {
        status: record.status,
        policy: record.policy.clone(),
        evidence_digest: record.evidence_digest.clone(),
        votes: votes.iter().cloned().map(Into::into).collect(),
        round: record.round,
        starters: run.starters.clone(),
        expires_at: record.expires_at,
    }
}

/// The vote that decided the gate, or the last one before it ended.
pub fn last_vote(votes: &[VoteRecord]) -> Option<&VoteRecord> {
    votes.iter().max_by_key(|vote| vote.at)
}

fn outcome(record: &ApprovalRecord, votes: &[VoteRecord]) -> Option<OutcomeResponse> {
    let decided_by = match record.status {
        ApprovalStatus::Pending | ApprovalStatus::Blocked => return None,
        ApprovalStatus::Approved | ApprovalStatus::Rejected => {
            last_vote(votes).map(|vote| vote.actor.clone())
        }
        ApprovalStatus::Expired | ApprovalStatus::Cancelled => None,
    };
    Some(OutcomeResponse { status: record.status, at: record.decided_at, decided_by })
}

fn policy(record: &ApprovalRecord) -> PolicyResponse {
    let on_reject = match &record.policy.on_reject {
        OnReject::Cancel {} => {
            OnRejectResponse { action: "cancel".to_owned(), step: None, round: None, max_rounds: None }
        }
        OnReject::RetryStep { step, max_rounds, .. } => OnRejectResponse {
            action: "retry_step".to_owned(),
            step: Some(step.clone()),
            round: Some(record.round),
            max_rounds: Some(*max_rounds),
        },
    };
    PolicyResponse {
        required_approvals: record.policy.required_approvals,
        allow_self_approval: record.policy.allow_self_approval,
        approvers: record.policy.approvers.clone(),
        rationale_on_reject: record.policy.rationale_on_reject,
        on_reject,
    }
}

fn shown(record: &ApprovalRecord, evidence: Option<EvidenceV1>) -> EvidenceResponse {
    let complete = evidence.is_some();
    let missing: &[&str] = if complete { &[] } else { &["diff_summary", "test_summary", "risk_notes"] };
    let (version, diff_summary, test_summary, risk_notes) = match evidence {
        Some(document) => (
            document.version,
            Some(document.diff_summary),
            Some(document.test_summary),
            Some(document.risk_notes),
        ),
        None => (EvidenceV1::VERSION, None, None, None),
    };
    EvidenceResponse {
        digest: record.evidence_digest.clone(),
        complete,
        missing_fields: missing.iter().map(|&field| field.to_owned()).collect(),
        version,
        diff_summary,
        test_summary,
        risk_notes,
    }
}

/// The steps after the gate, up to and including the next gate.
fn on_approve(definition: &Definition, gate: &StepKey) -> Vec<StepKey> {
    let mut keys = Vec::new();
    let mut next = definition.step_after(gate);
    while let Some(step) = next {
        keys.push(step.key.clone());
        next = match step.kind {
            StepKind::Approval(_) => None,
            StepKind::Set(_)
            | StepKind::Command(_)
            | StepKind::Agent(_)
            | StepKind::Test(_)
            | StepKind::Ship(_) => definition.step_after(&step.key),
        };
    }
    keys
}

fn on_reject(definition: &Definition, record: &ApprovalRecord) -> Vec<StepKey> {
    match &record.policy.on_reject {
        OnReject::Cancel {} => Vec::new(),
        OnReject::RetryStep { step, .. } => {
            let repeated = definition.steps_between(step, &record.step).iter();
            repeated.map(|step| step.key.clone()).collect()
        }
    }
}

fn vote(record: VoteRecord) -> VoteResponse {
    VoteResponse {
        decision: record.decision,
        actor: record.actor,
        at: record.at,
        rationale: record.rationale,
        evidence_digest: record.evidence_digest,
    }
}
