//! What the wrong requests are sent at.

use crate::support::workflows::one_command;
use crate::support::{Repository, Run, Scene, unique};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;

/// What the requests are sent at.
pub struct Target {
    pub project: String,
    pub archived: String,
    pub workflow: String,
    /// A workflow that people cannot start.
    pub untriggered: String,
    pub run: Run,
    pub gate: String,
    pub digest: String,
    pub other: Run,
    pub etag: String,
    /// A key that has started a run already, and the body it did that with.
    pub used: (String, Value),
    pub cursor_of_projects: String,
}

impl Target {
    pub async fn prepare(scene: &Scene, repository: &Repository) -> Self {
        let run = scene.gate(repository).await;
        let other = scene.gate(repository).await;
        let archived = scene.bare_project().await;
        scene.bare_project().await;
        let etag = scene.api.get(&format!("/projects/{archived}")).await.header("etag").to_owned();
        let request = scene.api.posting(&format!("/projects/{archived}/archive"), &json!({}));
        scene.api.send(request.header("If-Match", etag)).await.expect(200);
        let workflow = scene.publish(&one_command("true")).await;
        let untriggered = scene.publish(&format!("{}triggers: []\n", one_command("true"))).await;
        let project = run.project.clone();
        let key = unique("key");
        let body = json!({ "workflow": workflow, "title": "the first" });
        let path = format!("/projects/{project}/runs");
        let request = scene.api.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
        let first = scene.api.send(request).await.expect(201);
        let id = first["id"].as_str().unwrap().to_owned();
        Run::new(scene.api.clone(), project.clone(), id.clone()).wait_for_end().await;
        wait_until_gone(&scene.server.data().join("runs").join(id)).await;
        let projects = scene.api.get("/projects?limit=1").await.expect(200);
        Self {
            gate: run.approval_path().await,
            digest: run.digest().await,
            etag: scene.api.get(&format!("/projects/{project}")).await.header("etag").to_owned(),
            cursor_of_projects: projects["next_cursor"].as_str().unwrap().to_owned(),
            used: (key, body),
            project,
            archived,
            workflow,
            untriggered,
            run,
            other,
        }
    }
}

/// The workspace of a run that has ended is removed after its last event.
async fn wait_until_gone(folder: &Path) {
    let began = std::time::Instant::now();
    while folder.exists() {
        assert!(began.elapsed() < crate::support::PATIENCE, "{} is still there", folder.display());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
