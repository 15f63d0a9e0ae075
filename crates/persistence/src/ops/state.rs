//! Loading what deciding needs of a run, with the run's row locked where rows are shared.

use super::Conn;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{approval_votes, approvals, runs, step_attempts};
use crate::sql::{Column, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::approval::{ApprovalStatus, Gate, Vote};
use domain::contract::StepKey;
use domain::run::{AttemptState, LiveAttempt, RunState};
use domain::{ApprovalId, RunId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A run with its attempts, oldest first.
pub struct Loaded {
    pub run: RunRecord,
    pub attempts: Vec<AttemptRecord>,
}

/// Loads the run for a change: nobody else changes it until this transaction ends.
pub async fn load(conn: &mut Conn, id: RunId) -> Result<Loaded> {
    let row: RunRow =
        runs::table.find(Key::from(id)).select(RunRow::as_select()).locked().get_result(conn).await?;
    let attempts = attempts(conn, id).await?;
    Ok(Loaded { run: row.try_into()?, attempts })
}

/// The run's attempts in the order they were made.
pub async fn attempts(conn: &mut Conn, id: RunId) -> Result<Vec<AttemptRecord>> {
    let rows: Vec<AttemptRow> = step_attempts::table
        .filter(step_attempts::run_id.eq(Key::from(id)))
        .order(step_attempts::id)
        .select(AttemptRow::as_select())
        .load(conn)
        .await?;
    super::records(rows)
}

impl Loaded {
    /// The attempt that is ready, leased or waiting. Invariant: there is at most one.
    pub fn live(&self) -> Option<&AttemptRecord> {
        self.attempts.iter().rev().find(|attempt| match attempt.state {
            AttemptState::Ready | AttemptState::Leased | AttemptState::Waiting => true,
            AttemptState::Succeeded | AttemptState::Failed | AttemptState::Cancelled | AttemptState::Lost => {
                false
            }
        })
    }

    /// The state in the domain's terms. `rejection` is what the last rejection said, for templates.
    pub fn state(&self, rejection: Option<Value>) -> RunState {
        let live = self.live().map(|attempt| LiveAttempt {
            step: attempt.step.clone(),
            attempt: attempt.attempt,
            tries: attempt.tries,
            begun: attempt.started_at.is_some(),
        });
        let mut highest: BTreeMap<StepKey, u32> = BTreeMap::new();
        for attempt in &self.attempts {
            let entry = highest.entry(attempt.step.clone()).or_default();
            *entry = (*entry).max(attempt.attempt);
        }
        let lost = live.as_ref().map_or(0, |live| {
            let earlier = self.attempts.iter().rev().filter(|a| a.step == live.step).skip(1);
            earlier.take_while(|attempt| attempt.state == AttemptState::Lost).count()
        });
        RunState {
            status: self.run.status,
            first_step: self.run.first_step.clone(),
            last_successful_step: self.run.last_successful_step.clone(),
            live,
            attempts: highest,
            lost: u32::try_from(lost).unwrap_or(u32::MAX),
            shipping: self.run.shipping,
            scope: scope_of_run(&self.run, &self.attempts, rejection),
        }
    }
}

/// What the run's last rejection said, as templates and agents see it; before a step retry was rejected itself, what
/// the run that it repeats was told.
pub async fn last_rejection(conn: &mut Conn, run: &RunRecord) -> Result<Option<Value>> {
    let mut told = rejection_in(conn, run.id).await?;
    let mut origin = run.first_step.as_ref().and(run.retry_of);
    while let (None, Some(id)) = (&told, origin) {
        told = rejection_in(conn, id).await?;
        let (first_step, retry_of): (Option<String>, Option<Key>) =
            runs::table.find(Key::from(id)).select((runs::first_step, runs::retry_of)).first(conn).await?;
        origin = first_step.and(retry_of).map(Column::into_domain).transpose()?;
    }
    Ok(told)
}

async fn rejection_in(conn: &mut Conn, run: RunId) -> Result<Option<Value>> {
    let found: Option<(ApprovalRow, VoteRow)> = approvals::table
        .inner_join(approval_votes::table.on(approval_votes::approval_id.eq(approvals::id)))
        .filter(approvals::run_id.eq(Key::from(run)))
        .filter(approvals::status.eq(ApprovalStatus::Rejected.as_str()))
        .filter(approval_votes::decision.eq("rejected"))
        .order(approvals::id.desc())
        .select((ApprovalRow::as_select(), VoteRow::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((approval, vote)) = found else {
        return Ok(None);
    };
    let vote = VoteRecord::try_from(vote)?;
    Ok(Some(json!({
        "step": approval.step,
        "round": approval.round,
        "rationale": vote.rationale,
        "by": vote.actor.name,
    })))
}

/// An approval of this run with its votes.
pub async fn approval(
    conn: &mut Conn,
    run: RunId,
    id: ApprovalId,
) -> Result<(ApprovalRecord, Vec<VoteRecord>)> {
    let row: Option<ApprovalRow> = approvals::table
        .find(Key::from(id))
        .filter(approvals::run_id.eq(Key::from(run)))
        .select(ApprovalRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let record = ApprovalRecord::try_from(row.ok_or(Error::NotFound)?)?;
    let votes = votes(conn, id).await?;
    Ok((record, votes))
}

/// The votes of a gate, oldest first.
pub async fn votes(conn: &mut Conn, id: ApprovalId) -> Result<Vec<VoteRecord>> {
    let rows: Vec<VoteRow> = approval_votes::table
        .filter(approval_votes::approval_id.eq(Key::from(id)))
        .order(approval_votes::at)
        .select(VoteRow::as_select())
        .load(conn)
        .await?;
    super::records(rows)
}

/// The gate in the domain's terms.
pub fn gate(run: &RunRecord, approval: &ApprovalRecord, votes: &[VoteRecord]) -> Gate {
    Gate {
        status: approval.status,
        policy: approval.policy.clone(),
        evidence_digest: approval.evidence_digest.clone(),
        votes: votes.iter().cloned().map(Vote::from).collect(),
        round: approval.round,
        starters: run.starters.clone(),
        expires_at: approval.expires_at,
    }
}
