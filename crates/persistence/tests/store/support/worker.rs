//! A worker as the engine is one: it claims an attempt and goes on while it holds a lease.

use super::{World, digest};
use domain::approval::{ContextDiagnostic, Decision};
use domain::failure::{FailureReason, StepFailure};
use domain::{Actor, ApprovalId, RunId};
use persistence::Result;
use persistence::commands::*;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// What a worker holds.
#[derive(Debug, Clone)]
pub struct Held {
    pub run_id: RunId,
    pub fence: Fence,
}

impl From<&Claimed> for Held {
    fn from(claimed: &Claimed) -> Self {
        let attempt = &claimed.attempt;
        Self {
            run_id: attempt.run_id,
            fence: Fence {
                attempt_id: attempt.id,
                owner: attempt.owner.clone().unwrap(),
                epoch: attempt.epoch,
            },
        }
    }
}

impl Held {
    /// The lease that the change gave the worker on the run's next attempt.
    pub fn next(&self, changed: &Changed) -> Self {
        let live = changed.live.as_ref().expect("the worker goes on");
        Self {
            run_id: self.run_id,
            fence: Fence { attempt_id: live.id, owner: live.owner.clone().unwrap(), epoch: live.epoch },
        }
    }
}

pub fn failure(reason: FailureReason) -> Change {
    Change::Fail {
        failure: StepFailure::new(reason, "it went wrong"),
        jitter: 0.0,
        report: AttemptReport::default(),
    }
}

pub fn failure_of_agent() -> Change {
    failure(FailureReason::AgentFailed)
}

impl World {
    pub async fn claim(&self, owner: &str, limit: i64) -> Vec<Claimed> {
        let owner = owner.to_owned();
        let lease = Duration::from_secs(30);
        self.write(ClaimAttempts { owner, lease, limit }).await
    }

    /// Claims the only attempt that is due.
    pub async fn hold(&self) -> Held {
        let claimed = self.claim("worker", 2).await;
        assert_eq!(claimed.len(), 1, "one attempt is due");
        Held::from(&claimed[0])
    }

    pub async fn work(&self, held: &Held, change: Change) -> Result<Changed> {
        let mut asked = self.asked(held.run_id, &self.owner, change);
        asked.actor = None;
        asked.fence = Some(held.fence.clone());
        Ok(self.store().write(asked).await?.value)
    }

    pub async fn begin(&self, held: &Held) -> Changed {
        let base_commit = Some("abc".to_owned());
        self.work(held, Change::Begin { base_commit }).await.unwrap()
    }

    pub async fn complete(&self, held: &Held) -> Changed {
        let (outputs, report) = (json!({ "ok": true }), AttemptReport::default());
        self.work(held, Change::Complete { outputs, report }).await.unwrap()
    }

    pub async fn fail(&self, held: &Held, reason: FailureReason) -> Changed {
        self.work(held, failure(reason)).await.unwrap()
    }

    /// A new run whose first step for a worker is held and has begun.
    pub async fn begun(&self) -> Held {
        self.run().await;
        let held = self.hold().await;
        let begun = self.begin(&held).await;
        held.next(&begun)
    }

    pub fn opening(&self, evidence: &str) -> Change {
        Change::OpenGate {
            approval_id: ApprovalId::from_uuid(Uuid::now_v7()),
            opening: self.pending(evidence),
            report: AttemptReport::default(),
        }
    }

    pub fn pending(&self, evidence: &str) -> GateOpening {
        GateOpening::Pending { evidence_digest: digest(evidence) }
    }

    pub fn blocked(&self) -> GateOpening {
        let diagnostic = ContextDiagnostic::new("report_missing", "no report", "write one", self.at(60));
        GateOpening::Blocked { diagnostic }
    }

    /// Opens the gate that the worker has come to, on this evidence.
    pub async fn open(&self, held: &Held, evidence: &str) -> ApprovalId {
        let opened = self.work(held, self.opening(evidence)).await.unwrap();
        opened.approval.unwrap().0.id
    }

    /// A new run at its open gate, on the evidence "e".
    pub async fn at_gate(&self) -> (RunId, ApprovalId) {
        let work = self.begun().await;
        let done = self.complete(&work).await;
        let gate = self.open(&work.next(&done), "e").await;
        (work.run_id, gate)
    }

    /// A decision on the evidence "e".
    pub fn decision(&self, gate: ApprovalId, decision: Decision) -> Change {
        self.decision_on(gate, decision, "e")
    }

    pub fn decision_on(&self, approval_id: ApprovalId, decision: Decision, evidence: &str) -> Change {
        Change::Decide {
            approval_id,
            decision,
            evidence_digest: digest(evidence),
            rationale: Some("because".to_owned()),
        }
    }

    pub async fn decide(&self, run: RunId, by: &Actor, decision: Change) -> Result<Changed> {
        Ok(self.store().write(self.asked(run, by, decision)).await?.value)
    }

    pub async fn approve(&self, run: RunId, gate: ApprovalId) -> Changed {
        self.change(run, self.decision(gate, Decision::Approved)).await.unwrap()
    }

    pub async fn reject(&self, run: RunId, gate: ApprovalId) -> Result<Changed> {
        self.change(run, self.decision(gate, Decision::Rejected)).await
    }
}
