//! Projects.

use super::{ApiClient, Failure, IdempotencyKey};
use domain::ProjectId;
use wire::{CreateProjectRequest, ListProjects, ProjectList, ProjectResponse};

impl ApiClient {
    pub async fn list_projects(self, query: &ListProjects) -> Result<ProjectList, Failure> {
        self.get("/api/v1/projects").query(query).read().await
    }

    pub async fn get_project(self, id: ProjectId) -> Result<ProjectResponse, Failure> {
        self.get(&format!("/api/v1/projects/{id}")).read().await
    }

    pub async fn create_project(
        self,
        key: &IdempotencyKey,
        body: &CreateProjectRequest,
    ) -> Result<ProjectResponse, Failure> {
        self.post("/api/v1/projects").idempotent(key).json(body).read().await
    }
}
