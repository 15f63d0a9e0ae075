//! Limits on how many runs are worked on at once, with real processes.

use crate::support::{Backend, Options, Pipe, Scene};
use serde_json::{Value, json};
use std::path::Path;
use test_case::test_case;

/// One step that reports to `started` and waits for a file of its run's own title; this limit.
fn waiting(place: &Path, started: &Pipe, limit: &str) -> String {
    let script = format!(
        "echo \"$TITLE\" > {}; until [ -e {}/\"$TITLE\" ]; do sleep 0.1; done",
        started.path(),
        place.display()
    );
    definition(&script, limit)
}

fn definition(script: &str, limit: &str) -> String {
    format!(
        "name: NAME\ninputs: {{ type: object, properties: {{ title: {{ type: string }} }} }}\nsteps:\n  - {{ key: only, uses: command, with: {{ run: {}, env: {{ TITLE: \"{{{{ inputs.title }}}}\" }} }} }}\npolicies: {{ concurrency: {limit} }}\n",
        json!(script)
    )
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn runs_queue_for_a_slot_say_so_and_start_when_it_is_free_also_after_a_crash(backend: Backend) {
    let scene = Scene::own(&Options { lease_seconds: 3, ..Options::on(backend) });
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let workflow = scene.publish(&waiting(&place, &started, "{ max_runs: 1 }")).await;
    let project = scene.bare_project().await;
    let mut runs = Vec::new();
    for title in ["first", "second", "third"] {
        runs.push(scene.start(&project, &workflow, json!({ "title": title })).await);
    }
    assert_eq!(started.line(|| scene.server.log()).await, "first");
    for waiting in &runs[1..] {
        let shown = waiting.get().await;
        assert_eq!(shown["status"], "pending");
        let full = json!({ "group": "workflow", "limit": 1, "runs": [runs[0].id] });
        assert_eq!(shown["waiting_for"], full);
    }
    assert_eq!(runs[0].get().await["waiting_for"], Value::Null);
    std::fs::write(place.join("first"), "").unwrap();
    assert_eq!(started.line(|| scene.server.log()).await, "second");
    assert_eq!(runs[0].wait_for_end().await["status"], "completed");
    scene.server.kill();
    scene.server.wait_for_no_process();
    scene.server.begin();
    // The step of a crashed server is not repeated: its run fails, and its slot is free.
    assert_eq!(started.line(|| scene.server.log()).await, "third");
    assert_eq!(runs[1].wait_for_end().await["failure"]["reason"], "worker_lost");
    std::fs::write(place.join("third"), "").unwrap();
    assert_eq!(runs[2].wait_for_end().await["status"], "completed");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_newer_run_takes_the_slot_when_the_processes_of_the_older_one_are_gone(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    // The older run takes its time to end; a newer one says whether it is still there.
    let script = format!(
        "if [ \"$TITLE\" = older ]; then echo $$ > {0}/pid; trap 'sleep 1; exit 1' TERM; echo older > {1}; while :; do sleep 0.1; done; fi; if [ -d /proc/$(cat {0}/pid) ]; then echo beside > {1}; else echo after > {1}; fi",
        place.display(),
        started.path()
    );
    let limit = "{ max_runs: 1, on_limit: cancel_in_progress }";
    let workflow = scene.publish(&definition(&script, limit)).await;
    let project = scene.bare_project().await;
    let mut older = scene.start(&project, &workflow, json!({ "title": "older" })).await;
    assert_eq!(started.line(|| scene.server.log()).await, "older");
    let mut newer = scene.start(&project, &workflow, json!({ "title": "newer" })).await;
    assert_eq!(older.get().await["status"], "cancelled");
    let said = started.line(|| scene.server.log()).await;
    assert_eq!(said, "after", "{}", scene.server.log());
    assert_eq!(newer.wait_for_end().await["status"], "completed");
    older.wait_for_end().await;
    let last = older.part("transitions").await["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["reason"], &last["actor"]["kind"]), (&json!("superseded"), &json!("user")));
    let created = &newer.events().await[0];
    assert_eq!(created["data"]["superseded"], json!([older.id]));
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_limit_that_refuses_is_typed_and_a_retry_meets_it_too(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let workflow = scene.publish(&waiting(&place, &started, "{ max_runs: 1, on_limit: refuse }")).await;
    let project = scene.bare_project().await;
    let mut cancelled = scene.start(&project, &workflow, json!({ "title": "cancelled" })).await;
    cancelled.cancel().await.expect(200);
    cancelled.wait_for_end().await;
    let mut holder = scene.start(&project, &workflow, json!({ "title": "holder" })).await;
    while started.line(|| scene.server.log()).await != "holder" {}
    let path = format!("/projects/{project}/runs");
    let start = scene.api.post(&path, &json!({ "workflow": workflow, "inputs": { "title": "x" } })).await;
    let retry = scene.api.post(&format!("{}/retry", cancelled.path), &json!({})).await;
    for refused in [start, retry] {
        let problem = refused.problem(409, "concurrency_limit");
        let full = json!({ "group": "workflow", "limit": 1, "runs": [holder.id] });
        assert_eq!(problem["concurrency"], full);
    }
    std::fs::write(place.join("holder"), "").unwrap();
    holder.wait_for_end().await;
    scene.api.post(&format!("{}/retry", cancelled.path), &json!({})).await.expect(201);
    std::fs::write(place.join("cancelled"), "").unwrap();
}
