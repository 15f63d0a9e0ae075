//! Following runs: every event once, whatever the network and the server do, and an exit code that says how it ended.

use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION, gated, one_command};
use crate::support::{Backend, Cli, Options, Pipe, Relay, Repository, Run, Scene};
use serde_json::{Value, json};
use test_case::test_case;

/// A run of this shell script, ended.
async fn ended(scene: &Scene, script: &str) -> Run {
    let project = scene.bare_project().await;
    let workflow = scene.publish(&one_command(script)).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    run.wait_for_end().await;
    run
}

#[test_case("true", &[], 0; "completed")]
#[test_case("true", &["--wait-for", "completed"], 0; "completed as hoped")]
#[test_case("true", &["--wait-for", "awaiting_approval"], 12; "completed without the gate that was waited for")]
#[test_case("exit 3", &[], 10; "failed")]
#[test_case("exit 3", &["--wait-for", "completed"], 10; "failed and not completed")]
#[test_case("exit 3", &["--wait-for", "failed"], 0; "failed as hoped")]
#[test_case("exit 3", &["--wait-for", "completed", "--wait-for", "failed"], 0; "one of two that are hoped for")]
#[tokio::test]
async fn the_exit_code_says_how_a_run_ended(script: &str, options: &[&str], expected: i32) {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let run = ended(&scene, script).await;
    cli.run(&[&["run", "watch", &run.id], options].concat()).await.expect(expected);
    let workflow = run.get().await["workflow"]["name"].as_str().unwrap().to_owned();
    let start = ["run", "start", &workflow, "--project", &run.project, "--watch"];
    cli.run(&[&start, options].concat()).await.expect(expected);
    if expected == 10 {
        cli.run(&[&["run", "retry", &run.id, "--watch"], options].concat()).await.expect(10);
    }
}

#[tokio::test]
async fn a_run_that_is_cancelled_ends_its_watch_with_a_code_of_its_own() {
    let (scene, _repository, run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let mut watch = cli.begin(&["run", "watch", &run.id]);
    watch.until("approval requested").await;
    run.cancel().await.expect(200);
    watch.end().await.expect(11);
    cli.run(&["run", "watch", &run.id, "--wait-for", "cancelled"]).await.expect(0);
    cli.run(&["run", "watch", &run.id, "--wait-for", "completed"]).await.expect(11);
}

#[tokio::test]
async fn a_watch_ends_when_its_time_is_over_and_leaves_the_run_alone() {
    let (scene, _repository, run) = super::at_gate().await;
    let before = run.get().await;
    let cli = Cli::of(&scene);
    cli.run(&["run", "watch", &run.id, "--timeout", "1s"]).await.expect(13).tells(&["awaiting_approval"]);
    assert_eq!(run.get().await, before);
    run.cancel().await.expect(200);
}

/// What is newest may be a rejection: the run is at work again then, though no step has started.
#[tokio::test]
async fn a_gate_that_was_rejected_is_not_taken_for_one_that_waits() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let mut started = Pipe::new(&scene.scratch().join("started"));
    let project = scene.bare_project().await;
    let idle = scene.publish(&one_command(&format!("echo x > {}; exec sleep 86399", started.path()))).await;
    // Every worker of the server is held.
    for _ in 0..4 {
        scene.start(&project, &idle, json!({})).await;
        started.line(|| scene.server.log()).await;
    }
    run.reject("Once more.").await;
    let events = run.events().await;
    assert_eq!(run.get().await["status"], "running");
    let cli = Cli::of(&scene);
    let id = run.id.clone();
    let watch = ["run", "watch", &id, "--wait-for", "awaiting_approval", "--timeout", "1s"];
    cli.run(&watch).await.expect(13);
    assert_eq!(run.events().await, events, "nothing happened meanwhile");
    scene.cancel_all(&project).await;
    cli.run(&watch[..5]).await.expect(0);
    run.cancel().await.expect(200);
}

/// Lines of `--json` are the events of the list, each once and in order.
async fn assert_all_told(lines: &[Value], run: &mut Run) {
    let seqs: Vec<&Value> = lines.iter().map(|event| &event["seq"]).collect();
    assert_eq!(seqs, (1..=lines.len()).map(|seq| json!(seq)).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    assert_eq!(lines, run.events().await, "the command tells what the list tells");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_server_that_is_killed_and_comes_again_is_followed_without_a_gap_or_a_repetition(backend: Backend) {
    let scene = Scene::own(&Options { lease_seconds: 3, ..Options::on(backend) });
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    let mut watch = cli.begin(&["run", "watch", &run.id, "--json"]);
    watch.until("approval_requested").await;
    scene.server.kill();
    scene.server.begin();
    run.wait_for("approval_requested").await;
    run.approve().await;
    let said = watch.end().await.expect(0);
    assert_all_told(&said.json_lines(), &mut run).await;
}

#[tokio::test]
async fn a_connection_that_breaks_again_and_again_costs_no_event() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let project = scene.bare_project().await;
    let workflow =
        scene.publish(&gated("on_reject: { action: retry_step, step: prepare, max_rounds: 9 }")).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    let mut watch = cli.begin(&["run", "watch", &run.id, "--json"]);
    for round in 1..=4 {
        run.wait_for("approval_requested").await;
        watch.until("approval_requested").await;
        relay.cut();
        run.reject(&format!("Round {round}.")).await;
    }
    run.wait_for("approval_requested").await;
    relay.cut();
    run.approve().await;
    let said = watch.end().await.expect(0);
    assert_all_told(&said.json_lines(), &mut run).await;
}

/// The server goes away just when the client asks whether what it waited for still holds.
#[tokio::test]
async fn a_server_that_is_away_for_long_does_not_end_a_watch() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let caught = relay.hold("GET", &format!("/runs/{}", run.id));
    let watch = cli.begin(&["run", "watch", &run.id, "--wait-for", "awaiting_approval"]);
    caught.seen().await;
    scene.server.kill();
    caught.release();
    relay.refused(5).await;
    scene.server.begin();
    watch.end().await.expect(0);
    run.cancel().await.expect(200);
    run.wait_for_end().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_what_follows_by_it() {
    let (scene, _repository, run) = super::at_gate().await;
    let created = scene.api.post("/tokens", &json!({ "name": "soon gone" })).await.expect(201);
    let cli = Cli::at(&scene.server.address(), created["secret"].as_str().unwrap());
    let mut watch = cli.begin(&["run", "watch", &run.id]);
    watch.until("approval requested").await;
    let path = format!("/tokens/{}", created["token"]["id"].as_str().unwrap());
    assert_eq!(scene.api.send(scene.api.request(reqwest::Method::DELETE, &path)).await.status, 204);
    watch.end().await.expect(5);
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_watch_whose_reader_has_gone_ends() {
    let (scene, _repository, run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let mut watch = cli.begin(&["run", "watch", &run.id, "--json"]);
    watch.until("approval_requested").await;
    let mut process = watch.stop_reading();
    run.refresh().await.expect(200);
    let ended = tokio::time::timeout(crate::support::PATIENCE, process.wait()).await;
    assert!(ended.is_ok(), "it goes on although nobody reads it");
    assert_eq!(run.get().await["status"], "awaiting_approval");
    run.cancel().await.expect(200);
}
