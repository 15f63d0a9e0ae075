//! Proof that a run's rows agree with one another.

use super::{Conn, state};
use crate::commands::*;
use crate::error::Result;
use crate::records::*;
use crate::schema::{approvals, runs};
use crate::sql::Key;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::run::{AttemptState, Status};

const ALL: i64 = i64::MAX;

impl Execute<Conn> for CheckDatabase {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<Violation>> {
        let run: RunRow = runs::table
            .find(Key::from(self.run_id))
            .select(RunRow::as_select())
            .first(conn)
            .await?;
        let run = RunRecord::try_from(run)?;
        let mut found = Findings {
            run: &run,
            violations: Vec::new(),
        };
        let transitions = ListTransitions {
            run_id: run.id,
            after: 0,
            limit: ALL,
        }
        .perform(conn)
        .await?;
        found.transitions(&transitions);
        let events = ListEvents {
            run_id: run.id,
            after: 0,
            limit: ALL,
        }
        .perform(conn)
        .await?;
        found.events(&events);
        found.attempts(&state::attempts(conn, run.id).await?);
        let gates: Vec<ApprovalRow> = approvals::table
            .filter(approvals::run_id.eq(Key::from(run.id)))
            .select(ApprovalRow::as_select())
            .load(conn)
            .await?;
        found.gates(&super::records::<_, ApprovalRecord>(gates)?);
        Ok(found.violations)
    }
}

struct Findings<'a> {
    run: &'a RunRecord,
    violations: Vec<Violation>,
}

impl Findings<'_> {
    fn broken(&mut self, invariant: &'static str, detail: String) {
        self.violations.push(Violation {
            run_id: self.run.id,
            invariant,
            detail,
        });
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
                self.broken(
                    "transitions_chain",
                    format!("transition {seq} starts from another status"),
                );
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
            self.broken(
                "replayed_transitions_give_the_status",
                format!("the row says {}", self.run.status),
            );
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
                self.broken(
                    "events_are_numbered_without_gaps",
                    format!("{} stands at {seq}", event.seq),
                );
            }
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        if count != self.run.last_event_seq {
            self.broken(
                "the_run_counts_its_events",
                format!("{count} of {}", self.run.last_event_seq),
            );
        }
        let terminal: Vec<i64> = events
            .iter()
            .filter(|event| [RunCompleted, RunFailed, RunCancelled].contains(&event.kind))
            .map(|event| event.seq)
            .collect();
        let expected = if self.run.status.is_terminal() {
            vec![count]
        } else {
            vec![]
        };
        if terminal != expected {
            self.broken(
                "one_terminal_event_and_it_is_last",
                format!("terminal events at {terminal:?}"),
            );
        }
    }

    fn attempts(&mut self, attempts: &[AttemptRecord]) {
        let live = attempts
            .iter()
            .filter(|a| {
                matches!(
                    a.state,
                    AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting
                )
            })
            .count();
        let expected = usize::from(!self.run.status.is_terminal());
        if live != expected {
            self.broken(
                "one_live_attempt_while_the_run_lives",
                format!("{live} live attempts"),
            );
        }
    }

    fn gates(&mut self, gates: &[ApprovalRecord]) {
        let open = gates.iter().filter(|gate| gate.decided_at.is_none()).count();
        let expected = usize::from(self.run.status == Status::AwaitingApproval);
        if open != expected {
            self.broken(
                "an_open_gate_exactly_while_awaiting_approval",
                format!("{open} open gates"),
            );
        }
    }
}
