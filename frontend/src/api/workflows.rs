//! Workflows and their versions.

use super::{ApiClient, Failure};
use domain::contract::WorkflowName;
use wire::{PageQuery, WorkflowList, WorkflowVersionList, WorkflowVersionResponse};

impl ApiClient {
    pub async fn list_workflows(self, query: &PageQuery) -> Result<WorkflowList, Failure> {
        self.get("/api/v1/workflows").query(query).read().await
    }

    pub async fn list_workflow_versions(
        self,
        name: &WorkflowName,
        query: &PageQuery,
    ) -> Result<WorkflowVersionList, Failure> {
        self.get(&format!("/api/v1/workflows/{name}/versions")).query(query).read().await
    }

    pub async fn get_workflow_version(
        self,
        name: &WorkflowName,
        version: i64,
    ) -> Result<WorkflowVersionResponse, Failure> {
        self.get(&format!("/api/v1/workflows/{name}/versions/{version}")).read().await
    }
}
