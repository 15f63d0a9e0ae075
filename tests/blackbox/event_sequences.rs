//! The whole sequence of events of six representative runs, from the list and from the stream.

use crate::support::stream::{Message, Stream};
use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION, one_command};
use crate::support::{Backend, Repository, Run, Scene, assert_instant};
use serde_json::{Value, json};

/// What an event says in one line, without what differs from run to run.
fn line(event: &Value) -> String {
    let keys: Vec<&str> = event["data"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut line = format!("{} {}", event["seq"], event["event"].as_str().unwrap());
    if let Some(step) = event["step"].as_str() {
        line.push_str(&format!(" {step}#{}", event["attempt"]));
    }
    line.push_str(&format!(" by {} [{}]", event["actor"]["kind"].as_str().unwrap(), keys.join(" ")));
    line
}

/// The run's events as lines, once list and stream agree and every event has all that it must have.
async fn sequence(run: &mut Run) -> String {
    let last = run.wait_for_end().await;
    let ended = format!("run_{}", last["status"].as_str().unwrap());
    let listed = run.events().await;
    let mut stream = Stream::open(&run.api, &format!("{}/events/stream", run.path), None).await;
    let streamed: Vec<Value> = stream.until(&ended).await.iter().map(Message::json).collect();
    assert_eq!(streamed, listed, "the stream says what the list says");
    for (index, event) in listed.iter().enumerate() {
        for (field, expected) in [
            ("run_id", json!(run.id)),
            ("project_id", json!(run.project)),
            ("workflow_name", last["workflow"]["name"].clone()),
            ("workflow_version", last["workflow"]["version"].clone()),
            ("correlation_id", last["correlation_id"].clone()),
            ("topic", json!(format!("jido_code:run:{}", run.id))),
            ("seq", json!(index + 1)),
        ] {
            assert!(!expected.is_null() && event[field] == expected, "{field}: {event:#}");
        }
        assert_instant(&event["timestamp"]);
    }
    listed.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_run_without_a_gate_completes() {
    let scene = Scene::shared(Backend::Sqlite);
    let workflow = scene.publish(&one_command("true")).await;
    let mut run = scene.start(&scene.bare_project().await, &workflow, json!({})).await;
    insta::assert_snapshot!(sequence(&mut run).await);
}

#[tokio::test]
async fn a_run_fails() {
    let scene = Scene::shared(Backend::Sqlite);
    let workflow = scene.publish(&one_command("exit 3")).await;
    let mut run = scene.start(&scene.bare_project().await, &workflow, json!({})).await;
    insta::assert_snapshot!(sequence(&mut run).await);
}

#[tokio::test]
async fn a_run_is_cancelled_at_its_gate() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    scene.api.post(&format!("{}/cancel", run.path), &json!({ "reason": "not needed" })).await.expect(200);
    insta::assert_snapshot!(sequence(&mut run).await);
}

#[tokio::test]
async fn a_rejection_cancels_a_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    run.reject("no").await;
    insta::assert_snapshot!(sequence(&mut run).await);
}

#[tokio::test]
async fn a_rejection_sends_a_run_back_and_it_is_approved_then() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    run.reject("mention it in the notes").await;
    run.wait_for("approval_requested").await;
    run.approve().await;
    insta::assert_snapshot!(sequence(&mut run).await);
}

#[tokio::test]
async fn an_approved_run_ships() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    run.approve().await;
    insta::assert_snapshot!(sequence(&mut run).await);
}
