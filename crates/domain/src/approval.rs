//! A gate and its decisions.

use crate::contract::{ApprovalStep, Approvers, OnExhausted, OnReject, RationaleRule};
use crate::event::names;
use crate::{Actor, Digest, Permission, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};

names! {
    pub enum ApprovalStatus {
        /// Shows its evidence and waits for people.
        Pending = "pending",
        /// Evidence could not be built; nothing can be decided but to cancel the run.
        Blocked = "blocked",
        /// The work goes on, and ships as it was shown.
        Approved = "approved",
        /// The run is cancelled, or the work goes back.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// The run was cancelled at the gate.
        Cancelled = "cancelled",
    }
}

names! {
    pub enum Decision {
        /// Ship exactly this.
        Approved = "approved",
        /// Do not ship this.
        Rejected = "rejected",
    }
}

/// One principal's vote, bound to the evidence it named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    pub decision: Decision,
    pub actor: Actor,
    pub at: Timestamp,
    pub rationale: Option<String>,
    pub evidence_digest: Digest,
}

/// Why evidence could not be built, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextDiagnostic {
    pub error_type: String,
    pub operation: String,
    pub reason: String,
    pub detail: String,
    pub remediation: String,
    pub at: Timestamp,
}

impl ContextDiagnostic {
    pub fn new(
        reason: &str,
        detail: impl Into<String>,
        remediation: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            error_type: "approval_context_generation_failed".to_owned(),
            operation: "build_approval_context".to_owned(),
            reason: reason.to_owned(),
            detail: detail.into(),
            remediation: remediation.into(),
            at,
        }
    }
}

/// What deciding needs to know of an open gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub status: ApprovalStatus,
    pub policy: ApprovalStep,
    /// The identity of the evidence now shown; `None` while blocked.
    pub evidence_digest: Option<Digest>,
    pub votes: Vec<Vote>,
    /// Which opening of this gate in the run this is, from 1.
    pub round: u32,
    /// Everyone who started or retried a run of this lineage.
    pub starters: Vec<UserId>,
    /// When the gate cancels its run.
    pub expires_at: Option<Timestamp>,
}

/// Who decides, as the store knows them at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    pub id: UserId,
    pub name: String,
    /// The role that counts on the run's project; absent: none.
    pub role: Option<Role>,
}

/// Why a decision was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionRefused {
    #[error("the approval was already decided")]
    AlreadyDecided { status: ApprovalStatus },
    #[error("the evidence could not be built")]
    ContextBlocked,
    #[error("the decision names other evidence than the gate shows")]
    StaleEvidence { current: Digest },
    #[error("the gate's policy names others to decide")]
    NotAnApprover,
    #[error("the gate's policy forbids that whoever started the run approves it")]
    SelfApprovalForbidden,
    #[error("the gate's policy asks for a rationale")]
    RationaleRequired,
    #[error("the rounds of rework are used up and the policy refuses another rejection")]
    RoundsExhausted { max_rounds: u32 },
    #[error("this principal has already decided otherwise")]
    VoteAlreadyCast { decision: Decision },
}

/// What a decision leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionEffect {
    /// The same principal repeats the same decision: the stored result stands.
    Repeated,
    /// The vote counts; more are needed.
    Voted {
        approvals: u32,
        required: u32,
    },
    Approved,
    RejectedCancel,
    RejectedRetry {
        step: crate::contract::StepKey,
        workspace: crate::contract::RejectWorkspace,
    },
}

impl Gate {
    /// Whether the gate's time is up; from then on it takes no decision, even before the run is cancelled.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| now >= expires_at)
    }

    /// Decides what one principal's decision on the evidence `named` does.
    ///
    /// The caller has made sure that the gate is not expired. A vote counts only for the evidence it named; a
    /// principal's first decision on some evidence stands.
    pub fn decide(
        &self,
        decision: Decision,
        voter: &Voter,
        named: &Digest,
        rationale: Option<&str>,
    ) -> Result<DecisionEffect, DecisionRefused> {
        if !self.takes_decisions_of(voter) {
            return Err(DecisionRefused::NotAnApprover);
        }
        let by = voter.id;
        let own = self.votes.iter().find(|vote| vote.actor.id == Some(by) && vote.evidence_digest == *named);
        let own = own.map(|vote| vote.decision);
        match self.status {
            ApprovalStatus::Pending => {}
            ApprovalStatus::Blocked => return Err(DecisionRefused::ContextBlocked),
            ApprovalStatus::Approved => return self.after_outcome(own, decision, Decision::Approved),
            ApprovalStatus::Rejected => return self.after_outcome(own, decision, Decision::Rejected),
            status @ (ApprovalStatus::Expired | ApprovalStatus::Cancelled) => {
                return Err(DecisionRefused::AlreadyDecided { status });
            }
        }
        let Some(current) = &self.evidence_digest else {
            return Err(DecisionRefused::ContextBlocked);
        };
        if current != named {
            return Err(DecisionRefused::StaleEvidence { current: current.clone() });
        }
        match own {
            Some(own) if own == decision => return Ok(DecisionEffect::Repeated),
            Some(own) => return Err(DecisionRefused::VoteAlreadyCast { decision: own }),
            None => {}
        }
        match decision {
            Decision::Approved => self.approve(by),
            Decision::Rejected => self.reject(rationale),
        }
    }

    /// Whether the voter may decide at all, and is among those whom the policy names.
    fn takes_decisions_of(&self, voter: &Voter) -> bool {
        let Some(role) = voter.role.filter(|role| role.allows(Permission::DecideApprovals)) else {
            return false;
        };
        let Some(Approvers { users, roles }) = &self.policy.approvers else { return true };
        users.iter().any(|user| user.as_str() == voter.name) || roles.iter().any(|least| role >= *least)
    }

    /// A principal who took part in the outcome gets it again; everyone else is told that it was taken.
    fn after_outcome(
        &self,
        own: Option<Decision>,
        asked: Decision,
        outcome: Decision,
    ) -> Result<DecisionEffect, DecisionRefused> {
        if own == Some(asked) && asked == outcome {
            Ok(DecisionEffect::Repeated)
        } else {
            Err(DecisionRefused::AlreadyDecided { status: self.status })
        }
    }

    fn approve(&self, by: UserId) -> Result<DecisionEffect, DecisionRefused> {
        if !self.policy.allow_self_approval && self.starters.contains(&by) {
            return Err(DecisionRefused::SelfApprovalForbidden);
        }
        let counted = self
            .votes
            .iter()
            .filter(|vote| vote.decision == Decision::Approved)
            .filter(|vote| Some(&vote.evidence_digest) == self.evidence_digest.as_ref())
            .count();
        let approvals = u32::try_from(counted).unwrap_or(u32::MAX).saturating_add(1);
        let required = self.policy.required_approvals;
        if approvals >= required {
            Ok(DecisionEffect::Approved)
        } else {
            Ok(DecisionEffect::Voted { approvals, required })
        }
    }

    fn reject(&self, rationale: Option<&str>) -> Result<DecisionEffect, DecisionRefused> {
        let given = rationale.is_some_and(|text| !text.trim().is_empty());
        if self.policy.rationale_on_reject == RationaleRule::Required && !given {
            return Err(DecisionRefused::RationaleRequired);
        }
        match &self.policy.on_reject {
            OnReject::Cancel {} => Ok(DecisionEffect::RejectedCancel),
            OnReject::RetryStep { step, max_rounds, workspace, on_exhausted } => {
                if self.round <= *max_rounds {
                    return Ok(DecisionEffect::RejectedRetry { step: step.clone(), workspace: *workspace });
                }
                match on_exhausted {
                    OnExhausted::Cancel => Ok(DecisionEffect::RejectedCancel),
                    OnExhausted::Refuse => Err(DecisionRefused::RoundsExhausted { max_rounds: *max_rounds }),
                }
            }
        }
    }
}
