//! A run executes what it pinned, whatever is changed under it; without a pin there is no run.

use crate::support::{Backend, Options, Pipe, Repository, Scene, unique};
use reqwest::Method;
use serde_json::json;
use test_case::test_case;

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_run_goes_on_as_pinned_while_everything_changes_under_it_and_its_server_is_killed(
    backend: Backend,
) {
    let scene = Scene::own(&Options { lease_seconds: 3, ..Options::on(backend) });
    let repository = Repository::broken();
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let script = format!(
        "echo started > {}; until [ -e {}/released ]; do sleep 0.1; done; cp value.txt seen.txt",
        started.path(),
        place.display()
    );
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: hold, uses: command, effect: rerunnable, with: {{ run: {} }} }}\n  - {{ key: tests, uses: test }}\n  - {{ key: gate, uses: approval }}\n  - {{ key: ship, uses: ship }}\n",
        json!(script)
    );
    let workflow = scene.publish(&definition).await;
    let project = scene.project(&repository, "mends").await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    started.line(|| scene.server.log()).await;
    let before = run.get().await;

    for number in 2..=6 {
        let other = format!(
            "name: NAME\nsteps:\n  - {{ key: other_{number}, uses: set, with: {{ outputs: {{ n: {number} }} }} }}\n"
        );
        let published = scene.publish_as(&workflow, &other).await.expect(201);
        assert_eq!(published["version"], number);
    }
    let settings = json!({ "name": unique("renamed"), "repository": repository.url(), "default_branch": "elsewhere",
        "test_command": ["false"], "shipping": { "mode": "dry_run" } });
    let request = scene.api.request(Method::PUT, &format!("/projects/{project}")).json(&settings);
    scene.api.send(request.header("If-Match", "*")).await.expect(200);
    std::fs::write(repository.work().join("README.md"), "# Moved on\n").unwrap();
    let moved = repository.publish("Later work");
    scene.server.kill();
    scene.server.wait_for_no_process();
    scene.server.begin();
    started.line(|| scene.server.log()).await;
    std::fs::write(place.join("released"), "").unwrap();

    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    let summary = &approval["evidence"]["diff_summary"];
    assert_eq!(summary["base"], before["base_commit"]);
    assert_ne!(summary["base"], json!(moved));
    assert_eq!(approval["evidence"]["test_summary"]["passed"], 2, "the pinned test command ran");
    assert_eq!(approval["destination"]["mode"], "push");
    run.approve().await;
    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "completed");
    assert_eq!(ended["workflow"], before["workflow"]);
    assert_eq!(ended["workflow"]["version"], 1);
    let names = run.event_names().await;
    let done: Vec<&str> =
        names.iter().filter_map(|name| name.strip_prefix("step_completed(")?.strip_suffix(')')).collect();
    assert_eq!(done, ["work", "hold", "tests", "gate", "ship"]);
    let branch = approval["destination"]["branch"].as_str().unwrap();
    assert_eq!(repository.branches()[branch], summary["commit"].as_str().unwrap());
    let newest = scene.start(&project, &workflow, json!({})).await.get().await;
    assert_eq!(newest["workflow"]["version"], 6);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_run_whose_pin_the_database_refuses_is_not_made_and_its_key_works_afterwards(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let project = scene.bare_project().await;
    let workflow = scene.publish(&crate::support::workflows::one_command("true")).await;
    let path = format!("/projects/{project}/runs");
    let key = unique("key");
    let body = json!({ "workflow": workflow });
    let start = || scene.api.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
    let (plant, mend) = match backend {
        Backend::Sqlite => (
            "CREATE TRIGGER planted BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'planted'); END;",
            "DROP TRIGGER planted;",
        ),
        Backend::Postgres => (
            "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''planted''; END'; \
             CREATE TRIGGER planted BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION planted();",
            "DROP TRIGGER planted ON runs;",
        ),
    };
    let count = |table: &str| scene.server.sql(&format!("SELECT count(*) FROM {table};"));
    let tables = ["runs", "run_transitions", "run_events", "step_attempts", "idempotency_records"];
    let before = tables.map(count);
    scene.server.sql(plant);
    let refused = scene.api.send(start()).await.problem(500, "run_not_created");
    assert!(!refused["detail"].as_str().unwrap().contains("planted"), "{refused}");
    assert_eq!(tables.map(count), before);
    assert_eq!(scene.server.sql("SELECT max(last_run_number) FROM projects;"), "0");
    assert_eq!(scene.api.get(&path).await.expect(200)["items"], json!([]));
    scene.server.sql(mend);
    let reply = scene.api.send(start()).await;
    assert_eq!(reply.expect(201)["number"], 1);
    assert_eq!(reply.header("idempotency-replayed"), "");
}
