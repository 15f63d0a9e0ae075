//! A server with somebody signed in: where every test begins.

use super::{Api, Backend, Options, Repository, Run, Server, unique};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// One test's view of a server.
pub struct Scene {
    pub server: Arc<Server>,
    pub api: Api,
}

impl Scene {
    /// On the server that tests share.
    pub fn shared(backend: Backend) -> Self {
        Self::of(Server::shared(backend))
    }

    /// On a server of its own.
    pub fn own(options: &Options) -> Self {
        Self::of(Server::start(options))
    }

    fn of(server: Arc<Server>) -> Self {
        let token = server.create_token();
        let api = Api::new(&server, Some(token));
        Self { server, api }
    }

    /// A project on this repository whose checks are `check.sh`, worked on by this agent; returns its id.
    pub async fn project(&self, repository: &Repository, agent: &str) -> String {
        let body = json!({
            "name": unique("project"), "repository": repository.url(), "agent": agent, "test_command": ["bash", "check.sh"],
        });
        self.project_of(&body).await
    }

    /// A project without a repository.
    pub async fn bare_project(&self) -> String {
        self.project_of(&json!({ "name": unique("project") })).await
    }

    pub async fn project_of(&self, body: &Value) -> String {
        let created = self.api.post("/projects", body).await.expect(201);
        created["id"].as_str().expect("a project has an id").to_owned()
    }

    /// Publishes a definition under a name of its own (`NAME` in the text); returns the name.
    pub async fn publish(&self, definition: &str) -> String {
        let name = unique("flow");
        self.publish_as(&name, definition).await.expect(201);
        name
    }

    pub async fn publish_as(&self, name: &str, definition: &str) -> super::Reply {
        let request = self
            .api
            .request(reqwest::Method::POST, &format!("/workflows/{name}/versions"))
            .header("Idempotency-Key", unique("key"))
            .header("Content-Type", "application/yaml")
            .body(definition.replace("NAME", name));
        self.api.send(request).await
    }

    /// Starts a run of a workflow.
    pub async fn start(&self, project: &str, workflow: &str, inputs: Value) -> Run {
        self.start_with(project, &json!({ "workflow": workflow, "inputs": inputs })).await
    }

    pub async fn start_with(&self, project: &str, body: &Value) -> Run {
        let reply = self.api.post(&format!("/projects/{project}/runs"), body).await;
        let created = reply.expect(201);
        let id = created["id"].as_str().expect("a run has an id").to_owned();
        assert!(
            reply.header("location").ends_with(&format!("/api/v1/projects/{project}/runs/{id}")),
            "{}",
            reply.describe()
        );
        Run::new(self.api.clone(), project.to_owned(), id)
    }

    /// Publishes the definition and starts a run of it on a new project with this repository and agent.
    pub async fn run(&self, repository: &Repository, agent: &str, definition: &str) -> Run {
        let workflow = self.publish(definition).await;
        let project = self.project(repository, agent).await;
        self.start(&project, &workflow, json!({})).await
    }

    /// Starts the builtin workflow on a broken project, whose agent mends it; waits for the gate.
    pub async fn gate(&self, repository: &Repository) -> Run {
        let project = self.project(repository, "mends").await;
        let mut run =
            self.start(&project, "fix_failing_tests", json!({ "failure_signal": "value is good" })).await;
        run.wait_for("approval_requested").await;
        run
    }

    /// Ends whatever runs of the project have not ended yet.
    pub async fn cancel_all(&self, project: &str) {
        let listed = self.api.get(&format!("/projects/{project}/runs")).await.expect(200);
        for run in listed["items"].as_array().expect("a list") {
            let path = format!("/projects/{project}/runs/{}/cancel", run["id"].as_str().expect("an id"));
            // Those that have ended by themselves refuse.
            self.api.post(&path, &json!({})).await;
        }
    }

    /// A place beneath the scratch folder for this test alone.
    pub fn scratch(&self) -> PathBuf {
        let place = self.server.scratch().join(unique("test"));
        std::fs::create_dir(&place).unwrap();
        place
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.server.check();
        }
    }
}
