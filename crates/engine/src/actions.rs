//! What people ask of runs.

use crate::Engine;
use crate::clock;
use crate::error::{Error, Result};
use crate::start::{StartForm, Startable};
use domain::approval::Decision;
use domain::contract::{Pinned, WorkflowName};
use domain::{Actor, ApprovalId, Digest, ProjectId, RunId};
use persistence::commands::{
    Change, ChangeRun, Changed, CreateRun, GetProject, GetRun, Idempotency, ListEvents, Reply,
};
use persistence::records::RunRecord;
use serde_json::Value;
use std::collections::BTreeMap;

/// A request for a new run.
#[derive(Debug, Clone)]
pub struct StartRun {
    pub project_id: ProjectId,
    pub workflow: WorkflowName,
    /// Absent: the newest.
    pub version: Option<i64>,
    pub title: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub base_ref: Option<String>,
    pub inputs: Value,
    /// `api`, `ui` or `cli`.
    pub trigger_source: String,
    pub correlation_id: Option<String>,
    pub actor: Actor,
    pub idempotency: Option<Idempotency>,
}

/// A decision on a gate.
#[derive(Debug, Clone)]
pub struct Decide {
    pub run_id: RunId,
    pub approval_id: ApprovalId,
    pub decision: Decision,
    pub evidence_digest: Digest,
    pub rationale: Option<String>,
    pub actor: Actor,
    pub idempotency: Option<Idempotency>,
}

impl Engine {
    /// Makes a run. Whatever is wrong with the request is said at once, and nothing is stored.
    pub async fn start_run(&self, request: StartRun) -> Result<Reply<RunRecord>> {
        if let Some(reply) = self.store().stored_reply(request.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        let project =
            self.store().read(GetProject { id: request.project_id }).await.map_err(missing("project"))?;
        let form = StartForm {
            workflow: Some(&request.workflow),
            version: request.version,
            inputs: Some(&request.inputs),
            base_ref: request.base_ref.as_deref(),
        };
        let mut faults = Vec::new();
        let startable = self.startable(&project, &form, &mut faults).await?;
        let Some(Startable { version, pinned, inputs, input_metadata }) =
            startable.filter(|_| faults.is_empty())
        else {
            return Err(Error::Invalid(faults));
        };
        if project.archived_at.is_some() {
            return Err(Error::ProjectArchived);
        }
        let first = pinned.definition().first_step().ok_or(Error::PinnedDocumentCorrupt)?;
        self.create_run(CreateRun {
            id: RunId::from_uuid(clock::new_id()),
            project_id: project.id,
            title: request.title,
            labels: request.labels,
            workflow_name: version.name,
            workflow_version: version.version,
            workflow_digest: version.digest,
            first_step: first.key.clone(),
            trigger_source: request.trigger_source,
            actor: request.actor,
            inputs,
            input_metadata,
            base_ref: request.base_ref,
            concurrency: pinned.definition().policies.concurrency,
            retry: None,
            correlation_id: request.correlation_id.unwrap_or_else(|| clock::new_id().to_string()),
            now: clock::now(),
            idempotency: request.idempotency,
        })
        .await
    }

    /// Wakes whoever waits for the new run, and ends the steps of those that were cancelled for it.
    async fn created(&self, run: &RunRecord) -> Result<()> {
        self.announce_created(run);
        if run.workflow_limit.is_none() && run.project_limit.is_none() {
            return Ok(());
        }
        let first = self.store().read(ListEvents { run_id: run.id, after: 0, limit: 1 }).await?;
        let superseded = first.into_iter().filter_map(|event| event.data?.remove("superseded"));
        for id in superseded.filter_map(|ids| serde_json::from_value::<Vec<RunId>>(ids).ok()).flatten() {
            let cancelled = self.store().read(GetRun { project_id: None, id }).await?;
            self.superseded(&cancelled);
            self.stop_steps_of(id);
        }
        Ok(())
    }

    /// Stores a new run and wakes a worker for it.
    pub(crate) async fn create_run(&self, run: CreateRun) -> Result<Reply<RunRecord>> {
        let reply = self.store().write(run).await.map_err(not_created)?;
        if !reply.replayed {
            self.created(&reply.value).await?;
        }
        Ok(reply)
    }

    /// Approves or rejects what a gate shows.
    pub async fn decide(&self, request: Decide) -> Result<Reply<Changed>> {
        let change = Change::Decide {
            approval_id: request.approval_id,
            decision: request.decision,
            evidence_digest: request.evidence_digest,
            rationale: request.rationale,
        };
        let reply = self.change(request.run_id, change, Some(request.actor), request.idempotency).await?;
        if !reply.replayed
            && reply.value.events_written > 0
            && let Some((gate, _)) = &reply.value.approval
            && let Some(decided) = gate.decided_at
        {
            self.shared.metrics.gate_decided(gate.status, decided.since(gate.requested_at));
        }
        Ok(reply)
    }

    /// Cancels a run that has not ended; its processes are ended too.
    pub async fn cancel_run(
        &self,
        run_id: RunId,
        reason: Option<String>,
        actor: Actor,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply<Changed>> {
        let reply = self.change(run_id, Change::Cancel { reason }, Some(actor), idempotency).await?;
        self.stop_steps_of(run_id);
        Ok(reply)
    }

    /// Commits one change of a run and wakes whoever waits for it.
    pub(crate) async fn change(
        &self,
        run_id: RunId,
        change: Change,
        actor: Option<Actor>,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply<Changed>> {
        let run = self.store().read(GetRun { project_id: None, id: run_id }).await.map_err(missing("run"))?;
        let pinned = self.pinned_or_corrupt(&run).await?;
        let lease = self.config().lease;
        let operation =
            ChangeRun { run_id, pinned, change, actor, fence: None, lease, now: clock::now(), idempotency };
        let reply = self.store().write(operation).await?;
        if !reply.replayed {
            self.committed(&reply.value);
        }
        Ok(reply)
    }

    /// The definition that the run pins, or what stands in for a corrupt one: under it the run can only fail or be
    /// cancelled.
    pub async fn pinned_or_corrupt(&self, run: &RunRecord) -> Result<std::sync::Arc<Pinned>> {
        match self.pinned_of(run).await {
            Err(Error::PinnedDocumentCorrupt) => {
                tracing::error!(run = %run.id, workflow = %run.workflow_name, version = run.workflow_version,
                    "the pinned definition does not match its digest");
                Ok(Pinned::corrupt(run.workflow_name.clone(), run.workflow_digest.clone()).into())
            }
            pinned => pinned,
        }
    }

    /// The definition that the run pins, proved to be the one it pinned.
    pub async fn pinned_of(&self, run: &RunRecord) -> Result<std::sync::Arc<Pinned>> {
        self.definitions().of_run(self.store(), run).await
    }
}

pub(crate) fn missing(what: &'static str) -> impl Fn(persistence::Error) -> Error {
    move |error| match error {
        persistence::Error::NotFound => Error::NotFound { what },
        other => other.into(),
    }
}

/// A fault of the database while a run is made leaves nothing of the run; it is told apart from what a client can mend.
fn not_created(error: persistence::Error) -> Error {
    match error {
        persistence::Error::Database(_) => Error::RunNotCreated(error),
        other => other.into(),
    }
}
