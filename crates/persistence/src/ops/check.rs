//! Proof that a run's rows agree with one another.

use super::{Conn, is_open, state};
use crate::commands::*;
use crate::error::Result;
use crate::records::*;
use crate::schema::{approvals, runs};
use crate::sql::Key;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::approval::{ApprovalStatus, Decision};
use domain::run::{AttemptState, Status};

const ALL: i64 = i64::MAX;

impl Execute<Conn> for CheckDatabase {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<Violation>> {
        let run: RunRow =
            runs::table.find(Key::from(self.run_id)).select(RunRow::as_select()).first(conn).await?;
        let run = RunRecord::try_from(run)?;
        let mut found = Findings { run: &run, violations: Vec::new() };
        let transitions = ListTransitions { run_id: run.id, after: 0, limit: ALL }.perform(conn).await?;
        found.transitions(&transitions);
        let events = ListEvents { run_id: run.id, after: 0, limit: ALL }.perform(conn).await?;
        found.events(&events);
        found.ending();
        found.attempts(&state::attempts(conn, run.id).await?);
        let gates: Vec<ApprovalRow> = approvals::table
            .filter(approvals::run_id.eq(Key::from(run.id)))
            .select(ApprovalRow::as_select())
            .load(conn)
            .await?;
        let gates = super::records::<_, ApprovalRecord>(gates)?;
        found.open_gates(&gates);
        for gate in &gates {
            found.gate(gate, &state::votes(conn, gate.id).await?);
        }
        Ok(found.violations)
    }
}

struct Findings<'a> {
    run: &'a RunRecord,
    violations: Vec<Violation>,
}

impl Findings<'_> {
    fn broken(&mut self, invariant: &'static str, detail: String) {
        self.violations.push(Violation { run_id: self.run.id, invariant, detail });
    }

    fn transitions(&mut self, transitions: &[TransitionRecord]) {
        let mut status: Option<Status> = None;
        for (transition, seq) in transitions.iter().zip(1_i64..) {
            if transition.seq != seq {
                self.broken(
                    "transitions_are_numbered_without_gaps",
                    format!("{} stands at {seq}", transition.seq),
                );
            }
            if transition.from_status != status {
                self.broken("transitions_chain", format!("transition {seq} starts from another status"));
            }
            let allowed = match status {
                None => transition.to_status == Status::Pending,
                Some(from) => from.reachable().contains(&transition.to_status),
            };
            if !allowed {
                self.broken(
                    "transitions_are_allowed",
                    format!("transition {seq} to {}", transition.to_status),
                );
            }
            status = Some(transition.to_status);
        }
        if status != Some(self.run.status) {
            self.broken("replayed_transitions_give_the_status", format!("the row says {}", self.run.status));
        }
        let count = i64::try_from(transitions.len()).unwrap_or(i64::MAX);
        if count != self.run.last_transition_seq {
            self.broken(
                "the_run_counts_its_transitions",
                format!("{count} of {}", self.run.last_transition_seq),
            );
        }
    }

    fn events(&mut self, events: &[EventRecord]) {
        use domain::event::EventKind::{RunCancelled, RunCompleted, RunFailed};
        for (event, seq) in events.iter().zip(1_i64..) {
            if event.seq != seq {
                self.broken("events_are_numbered_without_gaps", format!("{} stands at {seq}", event.seq));
            }
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        if count != self.run.last_event_seq {
            self.broken("the_run_counts_its_events", format!("{count} of {}", self.run.last_event_seq));
        }
        let terminal: Vec<i64> = events
            .iter()
            .filter(|event| [RunCompleted, RunFailed, RunCancelled].contains(&event.kind))
            .map(|event| event.seq)
            .collect();
        let expected = if self.run.status.is_terminal() { vec![count] } else { vec![] };
        if terminal != expected {
            self.broken("one_terminal_event_and_it_is_last", format!("terminal events at {terminal:?}"));
        }
    }

    fn ending(&mut self) {
        if self.run.completed_at.is_some() != self.run.status.is_terminal() {
            self.broken(
                "a_run_has_an_end_exactly_when_it_is_over",
                format!("the run is {}", self.run.status),
            );
        }
        if self.run.failure.is_some() != (self.run.status == Status::Failed) {
            self.broken("a_failed_run_has_its_failure", format!("the run is {}", self.run.status));
        }
    }

    fn attempts(&mut self, attempts: &[AttemptRecord]) {
        let live = attempts.iter().filter(|attempt| is_live(attempt.state)).count();
        let expected = usize::from(!self.run.status.is_terminal());
        if live != expected {
            self.broken("one_live_attempt_while_the_run_lives", format!("{live} live attempts"));
        }
        for attempt in attempts {
            if attempt.inherited_from.is_some()
                && (attempt.state != AttemptState::Succeeded || self.run.first_step.is_none())
            {
                self.broken(
                    "a_step_retry_inherits_successes",
                    format!("attempt {} at {}", attempt.attempt, attempt.step),
                );
            }
            let held = attempt.owner.is_some() && attempt.lease_expires_at.is_some() && attempt.epoch > 0;
            if attempt.state == AttemptState::Leased && !held {
                self.broken(
                    "a_lease_has_owner_epoch_and_end",
                    format!("attempt {} at {}", attempt.attempt, attempt.step),
                );
            }
        }
    }

    fn open_gates(&mut self, gates: &[ApprovalRecord]) {
        let open = gates.iter().filter(|gate| is_open(gate.status)).count();
        let expected = usize::from(self.run.status == Status::AwaitingApproval);
        if open != expected {
            self.broken("an_open_gate_exactly_while_awaiting_approval", format!("{open} open gates"));
        }
    }

    fn gate(&mut self, gate: &ApprovalRecord, votes: &[VoteRecord]) {
        if gate.decided_at.is_none() != is_open(gate.status) {
            self.broken(
                "a_gate_is_decided_exactly_when_it_says_so",
                format!("{} is {}", gate.id, gate.status),
            );
        }
        if gate.status == ApprovalStatus::Pending && gate.evidence_digest.is_none() {
            self.broken("a_pending_gate_shows_evidence", gate.id.to_string());
        }
        for vote in votes {
            self.vote(gate, vote);
        }
        let shown = votes.iter().filter(|vote| Some(&vote.evidence_digest) == gate.evidence_digest.as_ref());
        let (approvals, rejections): (Vec<_>, Vec<_>) =
            shown.partition(|vote| vote.decision == Decision::Approved);
        let enough = usize::try_from(gate.policy.required_approvals).unwrap_or(usize::MAX);
        let carried = match gate.status {
            ApprovalStatus::Approved => approvals.len() >= enough && rejections.is_empty(),
            ApprovalStatus::Rejected => rejections.len() == 1,
            ApprovalStatus::Pending => approvals.len() < enough && rejections.is_empty(),
            ApprovalStatus::Blocked | ApprovalStatus::Expired | ApprovalStatus::Cancelled => true,
        };
        if !carried {
            self.broken("the_votes_give_the_outcome_of_the_gate", format!("{} is {}", gate.id, gate.status));
        }
    }
}

impl Findings<'_> {
    /// What of a vote can be told from its row; roles change, so who had which is not among it.
    fn vote(&mut self, gate: &ApprovalRecord, vote: &VoteRecord) {
        if vote.actor.id != Some(vote.user_id) {
            self.broken("a_vote_is_of_the_user_who_cast_it", gate.id.to_string());
        }
        let approvers = gate.policy.approvers.as_ref().filter(|approvers| approvers.roles.is_empty());
        let name = vote.actor.name.as_deref();
        if approvers.is_some_and(|named| !named.users.iter().any(|user| Some(user.as_str()) == name)) {
            self.broken("a_vote_is_of_somebody_whom_the_policy_names", gate.id.to_string());
        }
        let own = vote.decision == Decision::Approved && self.run.starters.contains(&vote.user_id);
        if own && !gate.policy.allow_self_approval {
            self.broken("nobody_approved_their_own_run_where_that_is_forbidden", gate.id.to_string());
        }
    }
}

const fn is_live(state: AttemptState) -> bool {
    match state {
        AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting => true,
        AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => {
            false
        }
    }
}
