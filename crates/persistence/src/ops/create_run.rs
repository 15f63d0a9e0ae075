//! Making a run: all of it, or nothing.

use super::concurrency::{Limits, admit};
use super::{Conn, idempotency, webhooks, write};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::records::*;
use crate::schema::{projects, run_events, run_transitions, runs, step_attempts, workflow_versions};
use crate::sql::{Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::contract::RejectWorkspace;
use domain::event::EventKind;
use domain::project::ProjectSettings;
use domain::run::{AttemptState, AttemptWrite, Status};
use domain::{RunId, UserId};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

impl Execute<Conn> for CreateRun {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<RunRecord>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        require_pin(self, conn).await?;
        let (number, Doc(settings)): (i64, Doc<ProjectSettings>) =
            diesel::update(projects::table.find(Key::from(self.project_id)))
                .filter(projects::archived_at.is_null())
                .set(projects::last_run_number.eq(projects::last_run_number + 1))
                .returning((projects::last_run_number, projects::settings))
                .get_result(conn)
                .await?;
        let ancestry = ancestry(self, conn).await?;
        let run = record(self, number, settings, ancestry);
        let limits = Limits { workflow: self.concurrency, project: run.settings.concurrency };
        let superseded = admit(conn, self, &limits).await?;
        diesel::insert_into(runs::table).values(RunRow::from(&run)).execute(conn).await?;
        diesel::insert_into(run_transitions::table)
            .values(TransitionRow::from(&transition(self)))
            .execute(conn)
            .await?;
        let events = events(&run, self.step_retry(), &superseded);
        for event in &events {
            diesel::insert_into(run_events::table).values(EventRow::from(event)).execute(conn).await?;
        }
        let kinds: Vec<_> = events.iter().map(|event| (event.seq, event.kind)).collect();
        webhooks::send(conn, &run, &kinds, self.now).await?;
        for attempt in inherited(&run, self.step_retry()) {
            diesel::insert_into(step_attempts::table)
                .values(AttemptRow::from(&attempt))
                .execute(conn)
                .await?;
        }
        let first = AttemptWrite {
            step: self.first_step.clone(),
            attempt: 1,
            tries: 1,
            state: AttemptState::Ready,
            delay_ms: 0,
            outputs: None,
            failure: None,
            workspace: RejectWorkspace::Restore,
        };
        let attempt = write::new_attempt(run.id, &first, self.now);
        diesel::insert_into(step_attempts::table).values(AttemptRow::from(&attempt)).execute(conn).await?;
        idempotency::store(conn, self.idempotency.as_ref(), run, self.now).await
    }
}

/// The successes that a step retry takes over, as rows of the new run.
fn inherited(run: &RunRecord, step: Option<&StepRetry>) -> Vec<AttemptRecord> {
    let taken = step.map(|step| step.inherited.as_slice()).unwrap_or_default();
    taken
        .iter()
        .map(|attempt| AttemptRecord {
            id: write::new_attempt_id(),
            run_id: run.id,
            inherited_from: attempt.inherited_from.or(Some(attempt.run_id)),
            ..attempt.clone()
        })
        .collect()
}

/// The pin is the version's row: it must exist with this very digest.
async fn require_pin(asked: &CreateRun, conn: &mut Conn) -> Result<()> {
    let digest: String = workflow_versions::table
        .find((asked.workflow_name.as_str(), asked.workflow_version))
        .select(workflow_versions::digest)
        .first(conn)
        .await?;
    if digest == asked.workflow_digest.as_str() { Ok(()) } else { Err(Error::NotFound) }
}

/// Where a run stands in its lineage.
struct Ancestry {
    attempt: u32,
    starters: Vec<UserId>,
}

/// Counts the lineage's runs. The project's row is locked by now, so no two retries count the same.
async fn ancestry(asked: &CreateRun, conn: &mut Conn) -> Result<Ancestry> {
    let mut starters = BTreeSet::from_iter(asked.actor.id);
    let Some(retry) = &asked.retry else {
        return Ok(Ancestry { attempt: 1, starters: Vec::from_iter(starters) });
    };
    let rows: Vec<(i64, Doc<Vec<UserId>>)> = runs::table
        .filter(runs::root_run_id.eq(Key::from(retry.root_run_id)))
        .filter(runs::project_id.eq(Key::from(asked.project_id)))
        .select((runs::attempt, runs::starters))
        .load(conn)
        .await?;
    let newest = rows.iter().map(|(attempt, _)| *attempt).max().ok_or(Error::NotFound)?;
    starters.extend(rows.into_iter().flat_map(|(_, Doc(starters))| starters));
    let attempt = u32::try_from(newest + 1).map_err(|_| Error::Corrupt("a run's attempt".to_owned()))?;
    Ok(Ancestry { attempt, starters: Vec::from_iter(starters) })
}

fn record(asked: &CreateRun, number: i64, settings: ProjectSettings, ancestry: Ancestry) -> RunRecord {
    let last_event_seq = if asked.retry.is_some() { 2 } else { 1 };
    let (retry_of, root_run_id, settings, base_commit) = match asked.retry.clone() {
        Some(retry) => (Some(retry.parent), retry.root_run_id, retry.settings, retry.base_commit),
        None => (None, asked.id, settings, None),
    };
    let project_limit = settings.concurrency.map(|limit| limit.max_runs);
    let step = asked.step_retry();
    RunRecord {
        id: asked.id,
        project_id: asked.project_id,
        number,
        title: asked.title.clone(),
        labels: asked.labels.clone(),
        workflow_name: asked.workflow_name.clone(),
        workflow_version: asked.workflow_version,
        workflow_digest: asked.workflow_digest.clone(),
        settings,
        status: Status::Pending,
        current_step: None,
        last_successful_step: step.and_then(|step| step.inherited.last()).map(|last| last.step.clone()),
        first_step: step.map(|_| asked.first_step.clone()),
        shipping: false,
        trigger_source: asked.trigger_source.clone(),
        initiating_actor: asked.actor.clone(),
        starters: ancestry.starters,
        inputs: asked.inputs.clone(),
        input_metadata: asked.input_metadata.clone(),
        base_ref: asked.base_ref.clone(),
        base_commit,
        attempt: ancestry.attempt,
        retry_of,
        root_run_id,
        correlation_id: asked.correlation_id.clone(),
        failure: None,
        failure_type: None,
        failure_reason: None,
        failure_step: None,
        created_at: asked.now,
        started_at: None,
        completed_at: None,
        revision: 1,
        last_event_seq,
        last_transition_seq: 1,
        workflow_limit: asked.concurrency.map(|limit| limit.max_runs),
        project_limit,
        start_commit: step.and_then(|step| step.start_commit.clone()),
    }
}

fn transition(asked: &CreateRun) -> TransitionRecord {
    TransitionRecord {
        run_id: asked.id,
        seq: 1,
        from_status: None,
        to_status: Status::Pending,
        step: None,
        actor: Some(asked.actor.clone()),
        reason: "run_created".to_owned(),
        metadata: None,
        at: asked.now,
    }
}

/// `run_created` with the runs that were cancelled for it, and for a retry `run_retried`, which names the run that it
/// repeats.
fn events(run: &RunRecord, step: Option<&StepRetry>, superseded: &[RunId]) -> Vec<EventRecord> {
    let created = EventRecord {
        run_id: run.id,
        seq: 1,
        kind: EventKind::RunCreated,
        step: None,
        attempt: None,
        actor: Some(run.initiating_actor.clone()),
        data: (!superseded.is_empty())
            .then(|| Map::from_iter([("superseded".to_owned(), json!(superseded))])),
        at: run.created_at,
    };
    let retried = run.retry_of.map(|parent| EventRecord {
        seq: 2,
        kind: EventKind::RunRetried,
        data: Some(lineage_data(run, parent, step)),
        ..created.clone()
    });
    [Some(created), retried].into_iter().flatten().collect()
}

fn lineage_data(run: &RunRecord, parent: RunId, step: Option<&StepRetry>) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("retry_of".to_owned(), json!(parent));
    data.insert("root_run_id".to_owned(), json!(run.root_run_id));
    data.insert("attempt".to_owned(), json!(run.attempt));
    if let Some(step) = step {
        data.insert("requested_step".to_owned(), json!(step.requested));
        data.insert("starts_at".to_owned(), json!(run.first_step));
    }
    data
}
