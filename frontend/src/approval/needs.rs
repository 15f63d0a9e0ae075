//! What a decision still needs, in words.

use super::gate_state::{Block, BlockState, GateState};
use super::who::who_may;
use domain::approval::{ApprovalStatus, Decision};
use domain::{Digest, UserId};
use wire::{ActionResponse, ApprovalResponse, RunResponse, VoteResponse};

/// Whether what the page shows is what the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// Events do not arrive, and the gate was not read since.
    Paused,
    /// The last reading of the gate failed.
    Unread,
}

/// How long a reading of the gate stands for live updates that are paused, in milliseconds.
const READ_STANDS_MS: f64 = 30_000.0;

impl Freshness {
    /// `paused_at_ms` is when live updates stopped, absent while they arrive; `read_at_ms` is when the gate was last
    /// read, and `failed` whether a later reading failed.
    pub fn of(paused_at_ms: Option<f64>, reading: Reading, now_ms: f64) -> Self {
        match (paused_at_ms, reading) {
            (_, Reading::Failed) => Self::Unread,
            (None, Reading::Done { .. }) => Self::Fresh,
            (Some(paused), Reading::Done { at_ms })
                if at_ms >= paused && now_ms - at_ms <= READ_STANDS_MS =>
            {
                Self::Fresh
            }
            (Some(_), Reading::Done { .. }) => Self::Paused,
        }
    }
}

/// The last reading of the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    Done { at_ms: f64 },
    Failed,
}

/// What decides whether a decision can be sent.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub run: &'a RunResponse,
    pub approval: &'a ApprovalResponse,
    pub gate: &'a GateState,
    pub freshness: Freshness,
    /// Who is signed in.
    pub user: Option<UserId>,
}

impl Circumstances<'_> {
    /// Everything that this decision still needs; empty: it can be sent.
    pub fn needs(&self, decision: Decision) -> Vec<String> {
        let mut needs = Vec::new();
        match self.approval.status {
            ApprovalStatus::Pending => {}
            ApprovalStatus::Blocked => {
                return vec!["The gate is blocked: its evidence could not be built.".to_owned()];
            }
            status @ (ApprovalStatus::Approved
            | ApprovalStatus::Rejected
            | ApprovalStatus::Expired
            | ApprovalStatus::Cancelled) => return vec![format!("The gate is {status}.")],
        }
        needs.extend(self.permission(decision));
        needs.extend(Block::ALL.into_iter().filter_map(|block| evidence(block, self.gate.block(block))));
        match self.freshness {
            Freshness::Fresh => {}
            Freshness::Paused => {
                needs.push("Live updates are paused: the evidence may be out of date.".to_owned());
            }
            Freshness::Unread => {
                needs.push("The gate could not be read again: the evidence may be out of date.".to_owned())
            }
        }
        needs
    }

    fn permission(&self, decision: Decision) -> Option<String> {
        if self.run.approval.as_ref().map(|newest| newest.id) != Some(self.approval.id) {
            return Some("The run has a newer gate; decide there.".to_owned());
        }
        let own = own_vote(self.approval, self.user, self.approval.evidence.digest.as_ref());
        if let Some(own) = own {
            return Some(format!("You have {} this evidence; your vote stands.", own.decision));
        }
        let name = match decision {
            Decision::Approved => "approve",
            Decision::Rejected => "reject",
        };
        match self.run.allowed_actions.iter().find(|action| action.action == name) {
            Some(ActionResponse { allowed: true, .. }) => None,
            Some(ActionResponse { detail, code, .. }) => {
                let detail = detail.clone().unwrap_or_else(|| "The server does not allow it.".to_owned());
                Some(match code.as_deref() {
                    Some("self_approval_forbidden" | "not_an_approver" | "forbidden") => {
                        format!("{detail} {}", who_may(&self.approval.policy))
                    }
                    Some(_) | None => detail,
                })
            }
            None => Some("The server has not said whether you may do this.".to_owned()),
        }
    }
}

/// The vote of this person on this evidence.
pub fn own_vote<'a>(
    approval: &'a ApprovalResponse,
    user: Option<UserId>,
    digest: Option<&Digest>,
) -> Option<&'a VoteResponse> {
    let user = user?;
    approval
        .decisions
        .iter()
        .find(|vote| vote.actor.id == Some(user) && Some(&vote.evidence_digest) == digest)
}

fn evidence(block: Block, state: BlockState) -> Option<String> {
    let name = block.name();
    match state {
        BlockState::Seen => None,
        BlockState::Shown => Some(format!("Not seen yet: {name}.")),
        BlockState::Loading => Some(format!("Still loading: {name}.")),
        BlockState::Error => Some(format!("Could not be loaded: {name}.")),
        BlockState::Missing => Some(format!("Missing from the evidence: {name}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::gate_state::Happening;
    use super::super::sample;
    use super::*;
    use domain::Digest;
    use serde_json::json;
    use test_case::test_case;

    fn run() -> RunResponse {
        let id = sample::approval().id;
        serde_json::from_value(json!({
            "id": id, "number": 1, "project_id": id, "page": "/", "topic": "t", "title": null, "labels": {},
            "workflow": { "name": "w", "version": 1, "digest": sample::digest() },
            "status": "awaiting_approval", "current_step": "request_approval",
            "trigger": { "source": "api", "mode": "manual" }, "initiating_actor": { "kind": "user" },
            "inputs": {}, "input_metadata": {}, "base_ref": null, "base_commit": null, "attempt": 1,
            "retry_of": null, "root_run_id": id, "correlation_id": "c",
            "created_at": "2026-11-22T15:04:05.000123Z", "started_at": null, "completed_at": null,
            "failure": null, "approval": { "id": id, "status": "pending", "evidence_digest": sample::digest() },
            "allowed_actions": [
                { "action": "approve", "allowed": false, "code": "self_approval_forbidden", "detail": "You started it." },
                { "action": "reject", "allowed": true },
            ],
            "diagnostics": { "event_channel": 0, "approval_context": 0 }, "revision": 1, "last_event_seq": 1,
        }))
        .unwrap()
    }

    fn seen() -> GateState {
        let digest = Some(sample::digest());
        let mut gate = GateState::new(digest.clone());
        for block in Block::ALL {
            gate.happen(digest.as_ref(), block, Happening::Rendered);
            gate.happen(digest.as_ref(), block, Happening::Looked);
        }
        gate
    }

    fn needs(decision: Decision, change: impl Fn(&mut RunResponse, &mut ApprovalResponse)) -> Vec<String> {
        let (mut run, mut approval) = (run(), sample::approval());
        change(&mut run, &mut approval);
        let gate = seen();
        Circumstances {
            run: &run,
            approval: &approval,
            gate: &gate,
            freshness: Freshness::Fresh,
            user: Some(sample::user()),
        }
        .needs(decision)
    }

    #[test]
    fn nothing_is_needed_when_all_was_seen_and_the_server_allows_it() {
        assert_eq!(needs(Decision::Rejected, |_, _| {}), [""; 0]);
    }

    #[test]
    fn the_refusal_of_the_server_is_told_in_its_words() {
        let needed = needs(Decision::Approved, |_, _| {});
        let who = "Approvers, maintainers and admins of the project may decide.";
        assert_eq!(needed, [format!("You started it. {who}")]);
        let unknown = needs(Decision::Approved, |run, _| run.allowed_actions.clear());
        assert_eq!(unknown, ["The server has not said whether you may do this."]);
    }

    #[test]
    fn the_permission_of_one_gate_says_nothing_about_another() {
        let needed = needs(Decision::Rejected, |run, _| run.approval = None);
        assert_eq!(needed, ["The run has a newer gate; decide there."]);
    }

    #[test]
    fn who_voted_on_this_evidence_is_told_so() {
        let vote = |digest| {
            move |_: &mut RunResponse, approval: &mut ApprovalResponse| {
                approval.decisions = vec![sample::vote(Decision::Approved, Digest::clone(&digest))];
            }
        };
        let needed = needs(Decision::Rejected, vote(sample::digest()));
        assert_eq!(needed, ["You have approved this evidence; your vote stands."]);
        assert_eq!(needs(Decision::Rejected, vote(Digest::of(b"old"))), [""; 0]);
    }

    #[test]
    fn what_was_not_seen_is_named() {
        let (run, approval) = (run(), sample::approval());
        let mut gate = GateState::new(Some(sample::digest()));
        gate.happen(Some(&sample::digest()), Block::Risk, Happening::Rendered);
        let freshness = Freshness::Paused;
        let around = Circumstances { run: &run, approval: &approval, gate: &gate, freshness, user: None };
        assert_eq!(
            around.needs(Decision::Rejected),
            [
                "Not seen yet: risk notes.",
                "Still loading: test results.",
                "Still loading: changes.",
                "Live updates are paused: the evidence may be out of date."
            ]
        );
    }

    #[test_case(ApprovalStatus::Blocked, "The gate is blocked: its evidence could not be built.")]
    #[test_case(ApprovalStatus::Expired, "The gate is expired.")]
    fn a_gate_that_is_not_pending_takes_no_decision(status: ApprovalStatus, expected: &str) {
        assert_eq!(needs(Decision::Rejected, |_, approval| approval.status = status), [expected]);
    }

    #[test_case(None, Reading::Done { at_ms: 1.0 }, Freshness::Fresh; "live")]
    #[test_case(Some(5.0), Reading::Done { at_ms: 1.0 }, Freshness::Paused; "read before the pause")]
    #[test_case(Some(5.0), Reading::Done { at_ms: 100_000.0 }, Freshness::Fresh; "read since the pause")]
    #[test_case(Some(5.0), Reading::Done { at_ms: 60_000.0 }, Freshness::Paused; "read long ago")]
    #[test_case(None, Reading::Failed, Freshness::Unread; "not read")]
    fn a_page_is_fresh(paused_at_ms: Option<f64>, reading: Reading, expected: Freshness) {
        assert_eq!(Freshness::of(paused_at_ms, reading, 100_000.0), expected);
    }
}
