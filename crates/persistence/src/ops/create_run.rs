//! Making a run: all of it, or nothing.

use super::{Conn, idempotency, write};
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
        let run = record(self, number, settings);
        diesel::insert_into(runs::table).values(RunRow::from(&run)).execute(conn).await?;
        diesel::insert_into(run_transitions::table)
            .values(TransitionRow::from(&transition(self)))
            .execute(conn)
            .await?;
        diesel::insert_into(run_events::table).values(EventRow::from(&event(self))).execute(conn).await?;
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

/// The pin is the version's row: it must exist with this very digest.
async fn require_pin(asked: &CreateRun, conn: &mut Conn) -> Result<()> {
    let digest: String = workflow_versions::table
        .find((asked.workflow_name.as_str(), asked.workflow_version))
        .select(workflow_versions::digest)
        .first(conn)
        .await?;
    if digest == asked.workflow_digest.as_str() { Ok(()) } else { Err(Error::NotFound) }
}

fn record(asked: &CreateRun, number: i64, settings: ProjectSettings) -> RunRecord {
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
        last_successful_step: None,
        first_step: None,
        shipping: false,
        trigger_source: asked.trigger_source.clone(),
        initiating_actor: asked.actor.clone(),
        starters: asked.actor.id.into_iter().collect(),
        inputs: asked.inputs.clone(),
        input_metadata: asked.input_metadata.clone(),
        base_ref: asked.base_ref.clone(),
        base_commit: None,
        attempt: 1,
        retry_of: None,
        root_run_id: asked.id,
        correlation_id: asked.correlation_id.clone(),
        failure: None,
        failure_type: None,
        failure_reason: None,
        failure_step: None,
        created_at: asked.now,
        started_at: None,
        completed_at: None,
        revision: 1,
        last_event_seq: 1,
        last_transition_seq: 1,
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

fn event(asked: &CreateRun) -> EventRecord {
    EventRecord {
        run_id: asked.id,
        seq: 1,
        kind: EventKind::RunCreated,
        step: None,
        attempt: None,
        actor: Some(asked.actor.clone()),
        data: None,
        at: asked.now,
    }
}
