//! Projects.

use super::{ApiClient, Failure, IdempotencyKey};
use domain::ProjectId;
use wire::{CreateProjectRequest, ListProjects, ProjectList, ProjectResponse, UpdateProjectRequest};

impl ApiClient {
    pub async fn list_projects(self, query: &ListProjects) -> Result<ProjectList, Failure> {
        self.get("/api/v1/projects").query(query).read().await
    }

    pub async fn get_project(self, id: ProjectId) -> Result<ProjectResponse, Failure> {
        self.get(&format!("/api/v1/projects/{id}")).read().await
    }

    /// The project, with the tag that a change of it must name.
    pub async fn get_project_tagged(
        self,
        id: ProjectId,
    ) -> Result<(ProjectResponse, Option<String>), Failure> {
        self.get(&format!("/api/v1/projects/{id}")).read_tagged().await
    }

    pub async fn update_project(
        self,
        id: ProjectId,
        tag: &str,
        body: &UpdateProjectRequest,
    ) -> Result<ProjectResponse, Failure> {
        self.put(&format!("/api/v1/projects/{id}")).if_match(tag).json(body).read().await
    }

    pub async fn archive_project(self, id: ProjectId) -> Result<ProjectResponse, Failure> {
        self.post(&format!("/api/v1/projects/{id}/archive")).read().await
    }

    pub async fn unarchive_project(self, id: ProjectId) -> Result<ProjectResponse, Failure> {
        self.post(&format!("/api/v1/projects/{id}/unarchive")).read().await
    }

    pub async fn create_project(
        self,
        key: &IdempotencyKey,
        body: &CreateProjectRequest,
    ) -> Result<ProjectResponse, Failure> {
        self.post("/api/v1/projects").idempotent(key).json(body).read().await
    }
}
