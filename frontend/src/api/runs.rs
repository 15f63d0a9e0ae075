//! Runs and what they leave behind.

use super::{ApiClient, Failure, IdempotencyKey};
use domain::contract::StepKey;
use domain::{ProjectId, RunId};
use std::fmt;
use wire::{
    ArtifactList, CancelRequest, DiagnosticList, DiffResponse, LineageResponse, ListRuns, ListTransitions,
    RetryRequest, RunList, RunResponse, StartRunRequest, StepList, TransitionList,
};

/// Where a run is: its project and itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunPath {
    pub project: ProjectId,
    pub run: RunId,
}

impl fmt::Display for RunPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/api/v1/projects/{}/runs/{}", self.project, self.run)
    }
}

impl ApiClient {
    pub async fn list_runs(self, query: &ListRuns) -> Result<RunList, Failure> {
        self.get("/api/v1/runs").query(query).read().await
    }

    pub async fn start_run(
        self,
        project: ProjectId,
        key: &IdempotencyKey,
        body: &StartRunRequest,
    ) -> Result<RunResponse, Failure> {
        self.post(&format!("/api/v1/projects/{project}/runs")).idempotent(key).json(body).read().await
    }

    pub async fn get_run(self, run: RunPath) -> Result<RunResponse, Failure> {
        self.get(&run.to_string()).read().await
    }

    pub async fn cancel_run(
        self,
        run: RunPath,
        key: &IdempotencyKey,
        body: &CancelRequest,
    ) -> Result<RunResponse, Failure> {
        self.post(&format!("{run}/cancel")).idempotent(key).json(body).read().await
    }

    /// Makes a run that repeats this one.
    pub async fn retry_run(
        self,
        run: RunPath,
        key: &IdempotencyKey,
        body: &RetryRequest,
    ) -> Result<RunResponse, Failure> {
        self.post(&format!("{run}/retry")).idempotent(key).json(body).read().await
    }

    /// Makes a run that begins at this step, or at a gate before it.
    pub async fn retry_step(
        self,
        run: RunPath,
        step: &StepKey,
        key: &IdempotencyKey,
    ) -> Result<RunResponse, Failure> {
        self.post(&format!("{run}/steps/{step}/retry")).idempotent(key).read().await
    }

    pub async fn list_steps(self, run: RunPath) -> Result<StepList, Failure> {
        self.get(&format!("{run}/steps")).read().await
    }

    pub async fn list_transitions(
        self,
        run: RunPath,
        query: &ListTransitions,
    ) -> Result<TransitionList, Failure> {
        self.get(&format!("{run}/transitions")).query(query).read().await
    }

    pub async fn list_artifacts(self, run: RunPath) -> Result<ArtifactList, Failure> {
        self.get(&format!("{run}/artifacts")).read().await
    }

    pub async fn list_diagnostics(self, run: RunPath) -> Result<DiagnosticList, Failure> {
        self.get(&format!("{run}/diagnostics")).read().await
    }

    pub async fn get_lineage(self, run: RunPath) -> Result<LineageResponse, Failure> {
        self.get(&format!("{run}/lineage")).read().await
    }

    pub async fn get_diff(self, run: RunPath) -> Result<DiffResponse, Failure> {
        self.get(&format!("{run}/diff")).read().await
    }
}

/// Where an attempt's log is; `/stream` behind it streams it.
pub fn log_path(run: RunPath, step: &StepKey, attempt: u32) -> String {
    format!("{run}/steps/{step}/attempts/{attempt}/log")
}
