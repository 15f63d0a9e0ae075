//! Writing what the domain decided: every part of it, in the transaction that is open.

use super::state::Loaded;
use super::{Conn, dialect, webhooks};
use crate::commands::{AttemptReport, ChangeRun};
use crate::error::Result;
use crate::records::*;
use crate::schema::{artifacts, run_events, run_transitions, runs, step_attempts};
use crate::sql::{At, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::EventKind;
use domain::run::{AttemptState, AttemptWrite, Changes};
use domain::{AttemptId, Timestamp};
use std::time::Duration;

/// Writes the changes and returns the run as it now is, with the attempt that the asking worker now holds.
pub async fn changes(
    conn: &mut Conn,
    asked: &ChangeRun,
    loaded: Loaded,
    base_commit: Option<&String>,
    report: Option<&AttemptReport>,
    changes: &Changes,
) -> Result<(RunRecord, Option<AttemptRecord>)> {
    let run = next_run(&loaded.run, changes, base_commit, asked.now);
    update_run(conn, &run).await?;
    let transitions: Vec<TransitionRow> = transition_rows(&loaded.run, asked, changes);
    dialect::insert_many!(conn, run_transitions::table, transitions);
    let events: Vec<EventRow> = event_rows(&loaded.run, asked, changes);
    dialect::insert_many!(conn, run_events::table, events);
    webhooks::send(conn, &run, &numbered_kinds(&loaded.run, changes), asked.now).await?;
    let mut live = None;
    for write in &changes.attempts {
        let known = loaded.attempts.iter().find(|a| a.step == write.step && a.attempt == write.attempt);
        let record = match known {
            Some(known) => update_attempt(conn, asked, known, write, report).await?,
            None => insert_attempt(conn, asked, write).await?,
        };
        live = Some(record).filter(|record| record.state == AttemptState::Leased);
    }
    if let Some(report) = report {
        insert_artifacts(conn, &report.artifacts).await?;
    }
    Ok((run, live))
}

pub async fn insert_artifacts(conn: &mut Conn, records: &[ArtifactRecord]) -> Result<()> {
    let rows: Vec<ArtifactRow> = records.iter().map(ArtifactRow::from).collect();
    dialect::insert_many!(conn, artifacts::table, rows);
    Ok(())
}

fn next_run(run: &RunRecord, changes: &Changes, base: Option<&String>, now: Timestamp) -> RunRecord {
    let started = run.started_at.is_none() && changes.status != run.status && !changes.transitions.is_empty();
    let started_now = started && changes.transitions.iter().any(|t| t.reason == "run_started");
    let ended = changes.status.is_terminal() && !run.status.is_terminal();
    let failure = changes.failure.clone().or_else(|| run.failure.clone());
    RunRecord {
        status: changes.status,
        current_step: changes.current_step.clone(),
        last_successful_step: changes.last_successful_step.clone(),
        shipping: changes.shipping,
        base_commit: base.cloned().or_else(|| run.base_commit.clone()),
        failure_type: failure.as_ref().map(|failure| failure.error_type),
        failure_reason: failure.as_ref().map(|failure| failure.reason),
        failure_step: failure.as_ref().and_then(|failure| failure.failed_step.clone()),
        failure,
        started_at: if started_now { Some(now) } else { run.started_at },
        completed_at: if ended { Some(now) } else { run.completed_at },
        revision: run.revision + 1,
        last_event_seq: run.last_event_seq + count(changes.events.len()),
        last_transition_seq: run.last_transition_seq + count(changes.transitions.len()),
        ..run.clone()
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

async fn update_run(conn: &mut Conn, run: &RunRecord) -> Result<()> {
    let row = RunRow::from(run);
    let updated = diesel::update(runs::table.find(row.id))
        .filter(runs::revision.eq(row.revision - 1))
        .set((
            (
                runs::status.eq(row.status),
                runs::current_step.eq(row.current_step),
                runs::last_successful_step.eq(row.last_successful_step),
                runs::shipping.eq(row.shipping),
                runs::base_commit.eq(row.base_commit),
                runs::failure.eq(row.failure),
                runs::failure_type.eq(row.failure_type),
            ),
            (
                runs::failure_reason.eq(row.failure_reason),
                runs::failure_step.eq(row.failure_step),
                runs::started_at.eq(row.started_at),
                runs::completed_at.eq(row.completed_at),
                runs::revision.eq(row.revision),
                runs::last_event_seq.eq(row.last_event_seq),
                runs::last_transition_seq.eq(row.last_transition_seq),
            ),
        ))
        .execute(conn)
        .await?;
    if updated == 1 { Ok(()) } else { Err(crate::Error::StaleRevision) }
}

fn transition_rows(run: &RunRecord, asked: &ChangeRun, changes: &Changes) -> Vec<TransitionRow> {
    let numbered = changes.transitions.iter().zip(run.last_transition_seq + 1..);
    numbered
        .map(|(draft, seq)| {
            TransitionRow::from(&TransitionRecord {
                run_id: run.id,
                seq,
                from_status: draft.from,
                to_status: draft.to,
                step: draft.step.clone(),
                actor: asked.actor.clone(),
                reason: draft.reason.clone(),
                metadata: Some(draft.metadata.clone()).filter(|metadata| !metadata.is_empty()),
                at: asked.now,
            })
        })
        .collect()
}

/// Number and name of each new event.
fn numbered_kinds(run: &RunRecord, changes: &Changes) -> Vec<(i64, EventKind)> {
    (run.last_event_seq + 1..).zip(changes.events.iter().map(|draft| draft.kind)).collect()
}

fn event_rows(run: &RunRecord, asked: &ChangeRun, changes: &Changes) -> Vec<EventRow> {
    let numbered = changes.events.iter().zip(run.last_event_seq + 1..);
    numbered
        .map(|(draft, seq)| {
            EventRow::from(&EventRecord {
                run_id: run.id,
                seq,
                kind: draft.kind,
                step: draft.step.clone(),
                attempt: draft.attempt,
                actor: asked.actor.clone(),
                data: Some(draft.data.clone()).filter(|data| !data.is_empty()),
                at: asked.now,
            })
        })
        .collect()
}

async fn update_attempt(
    conn: &mut Conn,
    asked: &ChangeRun,
    known: &AttemptRecord,
    write: &AttemptWrite,
    report: Option<&AttemptReport>,
) -> Result<AttemptRecord> {
    let mut record = known.clone();
    record.state = write.state;
    match write.state {
        AttemptState::Leased => record.started_at = Some(asked.now),
        AttemptState::Ready | AttemptState::Waiting => {
            record.owner = None;
            record.lease_expires_at = None;
            record.process = None;
        }
        AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => {
            if write.state == AttemptState::Cancelled {
                // Its worker ends the processes and says so; one that is gone has lost them by the end of its lease.
                record.held_until = record.lease_expires_at;
            }
            record.owner = None;
            record.lease_expires_at = None;
            record.process = None;
            record.finished_at = Some(asked.now);
            record.started_at = record.started_at.or(Some(asked.now));
        }
    }
    record.outputs = write.outputs.clone().or(record.outputs);
    record.failure = write.failure.clone().or(record.failure);
    if let Some(report) = report {
        record.result = Some(report.result.clone());
    }
    let row = AttemptRow::from(&record);
    diesel::update(step_attempts::table.find(row.id))
        .set((
            step_attempts::state.eq(row.state),
            step_attempts::owner.eq(row.owner),
            step_attempts::lease_expires_at.eq(row.lease_expires_at),
            step_attempts::started_at.eq(row.started_at),
            step_attempts::finished_at.eq(row.finished_at),
            step_attempts::process.eq(row.process),
            step_attempts::outputs.eq(row.outputs),
            step_attempts::failure.eq(row.failure),
            step_attempts::result.eq(row.result),
            step_attempts::held_until.eq(row.held_until),
        ))
        .execute(conn)
        .await?;
    Ok(record)
}

async fn insert_attempt(conn: &mut Conn, asked: &ChangeRun, write: &AttemptWrite) -> Result<AttemptRecord> {
    let mut record = new_attempt(asked.run_id, write, asked.now);
    match write.state {
        AttemptState::Leased => {
            record.owner = asked.fence.as_ref().map(|fence| fence.owner.clone());
            record.epoch = 1;
            record.started_at = Some(asked.now);
            record.lease_expires_at = Some(dialect::lease_clock(conn).await?.plus(asked.lease));
        }
        AttemptState::Succeeded | AttemptState::Failed => {
            record.started_at = Some(asked.now);
            record.finished_at = Some(asked.now);
        }
        AttemptState::Ready | AttemptState::Waiting | AttemptState::Cancelled | AttemptState::Lost => {}
    }
    diesel::insert_into(step_attempts::table).values(AttemptRow::from(&record)).execute(conn).await?;
    Ok(record)
}

/// Identifiers of version 7 sort by the order in which attempts are made.
pub fn new_attempt_id() -> AttemptId {
    AttemptId::from_uuid(uuid::Uuid::now_v7())
}

/// A new attempt's record.
pub fn new_attempt(run_id: domain::RunId, write: &AttemptWrite, now: Timestamp) -> AttemptRecord {
    AttemptRecord {
        id: new_attempt_id(),
        run_id,
        step: write.step.clone(),
        attempt: write.attempt,
        tries: write.tries,
        state: write.state,
        workspace: write.workspace,
        owner: None,
        epoch: 0,
        lease_expires_at: None,
        available_at: now.plus(Duration::from_millis(write.delay_ms)),
        started_at: None,
        finished_at: None,
        process: None,
        outputs: write.outputs.clone(),
        failure: write.failure.clone(),
        result: None,
        held_until: None,
        inherited_from: None,
    }
}

/// Stores the gate as it now is.
pub async fn gate(conn: &mut Conn, approval: &ApprovalRecord) -> Result<()> {
    use crate::schema::approvals;
    let row = ApprovalRow::from(approval);
    diesel::update(approvals::table.find(row.id))
        .set((
            approvals::status.eq(row.status),
            approvals::evidence_digest.eq(row.evidence_digest),
            approvals::diagnostics.eq(Doc(approval.diagnostics.clone())),
            approvals::decided_at.eq(approval.decided_at.map(At)),
            approvals::revision.eq(row.revision),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The open gate of a run, when it has one.
pub async fn open_gate(conn: &mut Conn, run: domain::RunId) -> Result<Option<ApprovalRecord>> {
    use crate::schema::approvals;
    let row: Option<ApprovalRow> = approvals::table
        .filter(approvals::run_id.eq(Key::from(run)))
        .filter(approvals::status.eq_any(["pending", "blocked"]))
        .select(ApprovalRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(ApprovalRecord::try_from).transpose()
}
