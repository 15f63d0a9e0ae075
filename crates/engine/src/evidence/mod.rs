//! Building what a gate shows: from what the run did, never from what a step claims.

mod candidate;
mod outputs;
mod repository;
mod tests_seen;

pub(crate) use candidate::destination as destination_of;

use crate::Engine;
use crate::artifacts::{Content, Source};
use crate::clock;
use crate::error::{Error, Result};
use domain::approval::ContextDiagnostic;
use domain::contract::{ApprovalStep, Pinned, StepKey, StepKind};
use domain::evidence::{Destination, DiffSummary, EvidenceV1, RiskNote, TestSummary};
use domain::run::AttemptState;
use domain::{Actor, ApprovalId, Digest, RunId};
use persistence::commands::{
    Change, Changed, GateOpening, GetApproval, GetRun, Idempotency, ListAttempts, Reply,
};
use persistence::records::{ApprovalRecord, ArtifactRecord, AttemptRecord, RunRecord};

/// Evidence as a gate shows it: the document, proved to be the one that its digest names.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownEvidence {
    pub digest: Digest,
    pub document: EvidenceV1,
}

/// Why evidence could not be built: a stable code, a sentence, and what to do.
pub(crate) struct Blocked {
    pub reason: &'static str,
    pub detail: String,
    pub remediation: &'static str,
}

/// What a gate opens with, and the files to record with it.
pub(crate) struct Built {
    pub opening: GateOpening,
    pub artifacts: Vec<ArtifactRecord>,
}

/// The three blocks and the files behind them.
struct Blocks {
    diff_summary: DiffSummary,
    test_summary: TestSummary,
    risk_notes: Vec<RiskNote>,
    artifacts: Vec<ArtifactRecord>,
}

/// What building works on.
struct Subject<'a> {
    run: &'a RunRecord,
    attempts: &'a [AttemptRecord],
    pinned: &'a Pinned,
    gate: &'a AttemptRecord,
    policy: &'a ApprovalStep,
}

impl Engine {
    /// The evidence that an approval shows; `None` while it is blocked.
    pub async fn evidence(&self, approval: &ApprovalRecord) -> Result<Option<EvidenceV1>> {
        let Some(digest) = &approval.evidence_digest else {
            return Ok(None);
        };
        let bytes = self.artifacts().read(digest).await?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::ArtifactCorrupt)
    }

    /// Builds an open gate's evidence again and shows it in the old one's place.
    pub async fn refresh_approval(
        &self,
        run_id: RunId,
        approval_id: ApprovalId,
        actor: Actor,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply<Changed>> {
        if let Some(reply) = self.store().stored_reply(idempotency.as_ref()).await? {
            return Ok(reply);
        }
        let run = self.store().read(GetRun { project_id: None, id: run_id }).await?;
        let (approval, _) = self.store().read(GetApproval { run_id, id: Some(approval_id) }).await?;
        let attempts = self.store().read(ListAttempts { run_id }).await?;
        let gate = attempts
            .iter()
            .find(|attempt| attempt.step == approval.step && attempt.attempt == approval.attempt)
            .ok_or(Error::NotFound { what: "attempt of the gate" })?
            .clone();
        let pinned = self.pinned_or_corrupt(&run).await?;
        let built = self.build_evidence(&run, &attempts, &pinned, &gate, &approval.policy).await?;
        let change = Change::RefreshGate { approval_id, opening: built.opening, artifacts: built.artifacts };
        self.change(run_id, change, Some(actor), idempotency).await
    }

    /// Builds the evidence of a gate. A cause that people can mend blocks the gate; a fault of the server is an error.
    pub(crate) async fn build_evidence(
        &self,
        run: &RunRecord,
        attempts: &[AttemptRecord],
        pinned: &Pinned,
        gate: &AttemptRecord,
        policy: &ApprovalStep,
    ) -> Result<Built> {
        let subject = Subject { run, attempts, pinned, gate, policy };
        let blocks = if pinned.definition().step(&gate.step).is_none() {
            Err(corrupt_definition())
        } else if run.base_commit.is_some() {
            self.repository_blocks(&subject).await?
        } else {
            outputs::blocks(&subject)
        };
        let blocks = match blocks {
            Ok(blocks) => blocks,
            Err(blocked) => {
                let diagnostic =
                    ContextDiagnostic::new(blocked.reason, blocked.detail, blocked.remediation, clock::now());
                return Ok(Built { opening: GateOpening::Blocked { diagnostic }, artifacts: Vec::new() });
            }
        };
        let round = attempts
            .iter()
            .filter(|attempt| attempt.step == gate.step && attempt.state != AttemptState::Lost)
            .count();
        let document = EvidenceV1 {
            version: EvidenceV1::VERSION,
            run_id: run.id,
            workflow_name: run.workflow_name.to_string(),
            workflow_version: run.workflow_version,
            workflow_digest: run.workflow_digest.clone(),
            step: gate.step.to_string(),
            round: u32::try_from(round).unwrap_or(u32::MAX),
            diff_summary: blocks.diff_summary,
            test_summary: blocks.test_summary,
            risk_notes: blocks.risk_notes,
            destination: destination(&subject),
            policy: policy.clone(),
        };
        let bytes = serde_json::to_vec(&document).map_err(std::io::Error::other)?;
        let content = Content {
            kind: "evidence",
            name: "evidence.json",
            media_type: "application/json",
            source: Source::Bytes(&bytes),
        };
        let stored = self.artifacts().store(run.id, &gate.step, gate.attempt, content).await?;
        let mut artifacts = blocks.artifacts;
        artifacts.push(stored);
        Ok(Built { opening: GateOpening::Pending { evidence_digest: Digest::of(&bytes) }, artifacts })
    }
}

/// The gate is in no definition: another one stands in for a pinned document that proved corrupt.
fn corrupt_definition() -> Blocked {
    Blocked {
        reason: "pinned_document_corrupt",
        detail: "The stored workflow definition is not the one that the run pinned.".to_owned(),
        remediation: "Restore the database from a backup, then refresh the approval; or cancel the run and start anew.",
    }
}

/// Where the next `ship` step after the gate sends the candidate; `None` when none follows.
fn destination(subject: &Subject<'_>) -> Option<Destination> {
    let steps = &subject.pinned.definition().steps;
    let after = steps.iter().skip_while(|step| step.key != subject.gate.step).skip(1);
    let ship = after.into_iter().find_map(|step| match &step.kind {
        StepKind::Ship(ship) => Some(ship),
        StepKind::Set(_)
        | StepKind::Command(_)
        | StepKind::Agent(_)
        | StepKind::Test(_)
        | StepKind::Approval(_) => None,
    })?;
    Some(destination_of(subject.run, subject.attempts, ship))
}

/// The step that ships what this gate approves, when there is one.
fn ship_message<'a>(pinned: &'a Pinned, gate: &StepKey) -> Option<&'a str> {
    let steps = &pinned.definition().steps;
    steps.iter().skip_while(|step| step.key != *gate).find_map(|step| match &step.kind {
        StepKind::Ship(ship) => ship.message.as_deref(),
        StepKind::Set(_)
        | StepKind::Command(_)
        | StepKind::Agent(_)
        | StepKind::Test(_)
        | StepKind::Approval(_) => None,
    })
}
