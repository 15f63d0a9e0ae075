//! Repeating a run that ended without success, as a whole or from one of its steps.

use crate::Engine;
use crate::actions::missing;
use crate::clock;
use crate::error::{Error, Result};
use crate::workspace::Trees;
use domain::contract::{Definition, StepKey};
use domain::run::{AttemptState, RetryRefused, check_full_run_retry, check_step_retry};
use domain::{Actor, RunId};
use persistence::commands::{
    CreateRun, GetProject, GetRun, Idempotency, ListAttempts, Reply, Retry, StepRetry,
};
use persistence::records::{AttemptRecord, RunRecord};

/// What of a run is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryScope {
    /// All of it, from the commit that it started from.
    WholeOnPinnedBase,
    /// All of it, from what its base names now.
    WholeOnLatestBase,
    /// This step and what follows it, from the very tree that the step started from.
    From(StepKey),
}

/// A request to repeat a run that ended without success.
#[derive(Debug, Clone)]
pub struct RetryRun {
    pub run_id: RunId,
    pub scope: RetryScope,
    /// `api`, `ui` or `cli`.
    pub trigger_source: String,
    pub correlation_id: Option<String>,
    pub actor: Actor,
    pub idempotency: Option<Idempotency>,
}

/// What a retry of a run would meet.
#[derive(Debug)]
pub struct Retries {
    /// Why the whole run may not be repeated.
    pub whole: Option<RetryRefused>,
    /// Each step that the contract declares, with why it may not be retried now.
    pub steps: Vec<(StepKey, Option<RetryRefused>)>,
}

impl Engine {
    /// What [`Self::retry_run`] would refuse of this run.
    pub async fn retries(&self, run: &RunRecord) -> Result<Retries> {
        let pinned = self.pinned_or_corrupt(run).await?;
        let definition = pinned.definition();
        let policy = &definition.policies.retry;
        let refused =
            |step: &StepKey| check_step_retry(run.status, definition, step, run.current_step.as_ref()).err();
        Ok(Retries {
            whole: check_full_run_retry(run.status, policy).err(),
            steps: policy.steps.iter().map(|step| (step.clone(), refused(step))).collect(),
        })
    }

    /// Makes a run that repeats one which failed or was cancelled: same pinned version, settings and inputs. The
    /// repeated run is not touched.
    pub async fn retry_run(&self, request: RetryRun) -> Result<Reply<RunRecord>> {
        if let Some(reply) = self.store().stored_reply(request.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        let query = GetRun { project_id: None, id: request.run_id };
        let parent = self.store().read(query).await.map_err(missing("run"))?;
        let pinned = self.pinned_or_corrupt(&parent).await?;
        let (first_step, retry) = self.what_to_repeat(&parent, pinned.definition(), &request.scope).await?;
        let project =
            self.store().read(GetProject { id: parent.project_id }).await.map_err(missing("project"))?;
        if project.archived_at.is_some() {
            return Err(Error::ProjectArchived);
        }
        self.create_run(CreateRun {
            id: RunId::from_uuid(clock::new_id()),
            project_id: parent.project_id,
            title: parent.title,
            labels: parent.labels,
            workflow_name: parent.workflow_name,
            workflow_version: parent.workflow_version,
            workflow_digest: parent.workflow_digest,
            first_step,
            trigger_source: request.trigger_source,
            actor: request.actor,
            inputs: parent.inputs,
            input_metadata: parent.input_metadata,
            base_ref: parent.base_ref,
            concurrency: pinned.definition().policies.concurrency,
            retry: Some(retry),
            correlation_id: request.correlation_id.unwrap_or_else(|| clock::new_id().to_string()),
            now: clock::now(),
            idempotency: request.idempotency,
        })
        .await
    }

    async fn what_to_repeat(
        &self,
        parent: &RunRecord,
        definition: &Definition,
        scope: &RetryScope,
    ) -> Result<(StepKey, Retry)> {
        let whole = |base_commit| Retry {
            parent: parent.id,
            root_run_id: parent.root_run_id,
            settings: parent.settings.clone(),
            base_commit,
            step: None,
        };
        let base_commit = parent.base_commit.clone();
        let base_commit = match scope {
            RetryScope::WholeOnPinnedBase => base_commit,
            RetryScope::WholeOnLatestBase => None,
            RetryScope::From(step) => {
                let first = check_step_retry(parent.status, definition, step, parent.current_step.as_ref())?;
                let attempts = self.store().read(ListAttempts { run_id: parent.id }).await?;
                let taken_over = StepRetry {
                    requested: step.clone(),
                    start_commit: start_commit(parent, &attempts, &first)?,
                    inherited: successes_before(definition, &attempts, &first),
                };
                return Ok((first, Retry { step: Some(taken_over), ..whole(base_commit) }));
            }
        };
        check_full_run_retry(parent.status, &definition.policies.retry)?;
        let first = definition.first_step().ok_or(Error::PinnedDocumentCorrupt)?;
        Ok((first.key.clone(), whole(base_commit)))
    }
}

/// The snapshot that the run's newest attempt at the step started from; `None` without a repository.
fn start_commit(run: &RunRecord, attempts: &[AttemptRecord], step: &StepKey) -> Result<Option<String>> {
    let newest = attempts.iter().rev().find(|attempt| attempt.step == *step);
    match newest {
        Some(attempt) if run.base_commit.is_some() => {
            Ok(Some(Trees::replay(run, attempts, attempt)?.before.to_string()))
        }
        _ => Ok(None),
    }
}

/// The newest success of each step before `first`, in execution order.
fn successes_before(
    definition: &Definition,
    attempts: &[AttemptRecord],
    first: &StepKey,
) -> Vec<AttemptRecord> {
    let before = definition.steps.iter().take_while(|step| step.key != *first);
    before
        .filter_map(|step| {
            let own = |attempt: &&AttemptRecord| {
                attempt.step == step.key && attempt.state == AttemptState::Succeeded
            };
            attempts.iter().rev().find(own).cloned()
        })
        .collect()
}
