//! Webhooks: every event at least once, signed, and a dead receiver harms neither run nor neighbour.

use crate::support::receiver::Received;
use crate::support::workflows::one_command;
use crate::support::{Backend, Manner, Options, PATIENCE, Receiver, Run, Scene};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Instant;
use test_case::test_case;

fn scene_on(backend: Backend, more: &str) -> Scene {
    let configuration =
        format!("[webhooks]\ntimeout_seconds = 0.5\nretry_seconds = [0.05, 0.05, 0.05]\n{more}\n");
    Scene::own(&Options { configuration, ..Options::on(backend) })
}

/// A server whose webhooks may reach this machine.
fn local(backend: Backend) -> Scene {
    scene_on(backend, "allow_networks = [\"127.0.0.0/8\"]")
}

/// A webhook: its path and its secret.
async fn webhook(scene: &Scene, project: &str, body: Value) -> (String, String) {
    let created = scene.api.post(&format!("/projects/{project}/webhooks"), &body).await.expect(201);
    let id = created["webhook"]["id"].as_str().unwrap();
    (format!("/projects/{project}/webhooks/{id}"), created["secret"].as_str().unwrap().to_owned())
}

async fn completed(scene: &Scene, project: &str) -> Run {
    let workflow = scene.publish(&one_command("true")).await;
    let mut run = scene.start(project, &workflow, json!({})).await;
    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "completed", "the run is right: {ended:#}");
    run
}

/// Waits until the log holds so many deliveries, all in this state.
async fn logged(scene: &Scene, webhook: &str, state: &str, count: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let log = scene.api.get(&format!("{webhook}/deliveries?state={state}")).await.expect(200);
        let items = log["items"].as_array().unwrap();
        if items.len() == count {
            return items.clone();
        }
        if began.elapsed() > PATIENCE {
            let all = scene.api.get(&format!("{webhook}/deliveries")).await.expect(200);
            panic!("not {count} deliveries {state}: {all:#}\n{}", scene.server.log());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn events_of(received: &[Received]) -> Vec<Value> {
    let mut events: Vec<Value> = received.iter().map(|message| message.json()["data"].clone()).collect();
    events.sort_by_key(|event| event["seq"].as_u64());
    events
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn every_event_reaches_a_webhook_signed_and_as_the_api_says_it(backend: Backend) {
    let scene = local(backend);
    let receiver = Receiver::new(Manner::Answers(204)).await;
    let project = scene.bare_project().await;
    let (hook, secret) = webhook(&scene, &project, json!({ "url": receiver.url() })).await;
    let mut run = completed(&scene, &project).await;
    let listed = run.events().await;
    let log = logged(&scene, &hook, "delivered", listed.len()).await;

    let received = receiver.received();
    assert_eq!(events_of(&received), listed, "each event once, in the words of the list");
    for message in &received {
        assert!(message.is_signed_with(&secret), "{message:?}");
        assert!(!message.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(message.headers["content-type"], "application/json");
        let body = message.json();
        assert_eq!((&body["type"], &body["timestamp"]), (&body["data"]["event"], &body["data"]["timestamp"]));
        let line = log.iter().find(|line| line["id"] == message.id()).expect("the log names the message");
        assert_eq!((&line["type"], &line["seq"]), (&body["type"], &body["data"]["seq"]));
        assert_eq!((&line["attempts"], &line["last_status"]), (&json!(1), &json!(204)));
    }
    assert_eq!(run.part("diagnostics").await["items"], json!([]));
    let shown = scene.api.get(&hook).await;
    assert!(
        !shown.text.contains("whsec_") && !scene.server.whole_log().contains(&secret),
        "secrets stay inside"
    );
}

#[test_case(Manner::Answers(500), "response_status", json!(500); "it answers 500")]
#[test_case(Manner::Answers(302), "response_status", json!(302); "it answers with a redirect")]
#[test_case(Manner::Hangs, "timed_out", Value::Null; "it does not answer")]
#[tokio::test]
async fn a_dead_receiver_is_tried_again_given_up_and_on_record(manner: Manner, reason: &str, status: Value) {
    let scene = local(Backend::Sqlite);
    let receiver = Receiver::new(manner).await;
    let project = scene.bare_project().await;
    let body = json!({ "url": receiver.url(), "events": ["run_created"] });
    let (hook, _) = webhook(&scene, &project, body).await;
    let run = completed(&scene, &project).await;
    let line = logged(&scene, &hook, "exhausted", 1).await.remove(0);
    assert_eq!((&line["attempts"], &line["last_status"]), (&json!(4), &status), "{line:#}");
    let ids: BTreeSet<String> = receiver.received().iter().map(|message| message.id().to_owned()).collect();
    assert_eq!((receiver.received().len(), ids.len()), (4, 1), "four attempts under one id");

    let diagnostics = run.part("diagnostics").await;
    let diagnostic = &diagnostics["items"][0];
    assert_eq!(diagnostics["items"].as_array().unwrap().len(), 1, "one row: {diagnostics:#}");
    for (field, value) in [
        ("error_type", json!("run_event_publication_failed")),
        ("channel", json!("webhook")),
        ("operation", json!("deliver")),
        ("event", json!("run_created")),
        ("seq", json!(1)),
        ("webhook_id", json!(hook.rsplit('/').next())),
        ("reason", json!(reason)),
        ("attempts", json!(4)),
        ("resolution", json!("exhausted")),
    ] {
        assert_eq!(diagnostic[field], value, "{field}: {diagnostic:#}");
    }
    assert_eq!(run.get().await["diagnostics"]["event_channel"], 1);

    receiver.turn(Manner::Answers(200));
    let again = format!("{hook}/deliveries/{}/redeliver", line["id"].as_str().unwrap());
    scene.api.post(&again, &json!({})).await.expect(202);
    let line = logged(&scene, &hook, "delivered", 1).await.remove(0);
    assert_eq!((&line["attempts"], &line["last_response"]), (&json!(5), &json!("heard")), "{line:#}");
    assert_eq!(run.part("diagnostics").await["items"][0]["resolution"], "delivered");
}

#[tokio::test]
async fn a_receiver_that_refuses_connections_holds_up_nobody_else() {
    let scene = local(Backend::Sqlite);
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let dead = Receiver::new(Manner::Answers(200)).await.url();
    let silent = Receiver::new(Manner::Hangs).await;
    let project = scene.bare_project().await;
    let (dead, _) = webhook(&scene, &project, json!({ "url": dead })).await;
    webhook(&scene, &project, json!({ "url": silent.url() })).await;
    let (alive, _) = webhook(&scene, &project, json!({ "url": receiver.url() })).await;
    let mut run = completed(&scene, &project).await;
    let count = run.events().await.len();
    let log = logged(&scene, &alive, "delivered", count).await;
    assert!(log.iter().all(|line| line["attempts"] == 1), "{log:#?}");
    let log = logged(&scene, &dead, "exhausted", count).await;
    assert!(log.iter().all(|line| line["last_error"].as_str().unwrap().contains("refused")), "{log:#?}");
    let diagnostics = run.part("diagnostics").await;
    let of_dead = diagnostics["items"].as_array().unwrap().iter();
    let reasons: BTreeSet<&str> = of_dead
        .filter(|diagnostic| diagnostic["webhook_id"] == json!(dead.rsplit('/').next()))
        .map(|diagnostic| diagnostic["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, BTreeSet::from(["connection_failed"]));
}

#[tokio::test]
async fn a_receiver_that_is_gone_disables_its_webhook() {
    let scene = local(Backend::Sqlite);
    let receiver = Receiver::new(Manner::Answers(410)).await;
    let project = scene.bare_project().await;
    let (hook, _) =
        webhook(&scene, &project, json!({ "url": receiver.url(), "events": ["run_created"] })).await;
    let run = completed(&scene, &project).await;
    logged(&scene, &hook, "exhausted", 1).await;
    let shown = scene.api.get(&hook).await.expect(200);
    assert_eq!(shown["enabled"], false, "{shown:#}");
    assert!(shown["disabled_reason"].as_str().unwrap().contains("410"));
    assert_eq!(run.part("diagnostics").await["items"][0]["reason"], "gone");
    completed(&scene, &project).await;
    let log = scene.api.get(&format!("{hook}/deliveries")).await.expect(200);
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "nothing more is queued: {log:#}");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn what_was_committed_before_kill_9_is_delivered_afterwards_under_the_same_id(backend: Backend) {
    let scene = local(backend);
    let receiver = Receiver::new(Manner::Hangs).await;
    let project = scene.bare_project().await;
    let (hook, secret) = webhook(&scene, &project, json!({ "url": receiver.url() })).await;
    let mut run = completed(&scene, &project).await;
    let count = run.events().await.len();
    let under_way = receiver.until("a message", |received| !received.is_empty()).await[0].clone();
    scene.server.kill();
    scene.server.wait_for_no_process();
    receiver.turn(Manner::Answers(200));
    scene.server.begin();
    logged(&scene, &hook, "delivered", count).await;
    let received = receiver.received();
    let same: Vec<&Received> = received.iter().filter(|message| message.id() == under_way.id()).collect();
    assert!(same.len() > 1, "the message that was under way is sent again");
    assert!(same.iter().all(|message| message.body == under_way.body && message.is_signed_with(&secret)));
    let ids: BTreeSet<&str> = received.iter().map(Received::id).collect();
    assert_eq!(ids.len(), count, "one id for each event");
}

#[tokio::test]
async fn a_replaced_secret_signs_beside_the_new_one() {
    let scene = local(Backend::Sqlite);
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let project = scene.bare_project().await;
    let (hook, old) = webhook(&scene, &project, json!({ "url": receiver.url() })).await;
    let rotated = scene.api.post(&format!("{hook}/rotate-secret"), &json!({})).await.expect(200);
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, old);
    assert!(!rotated["webhook"]["previous_secret_until"].is_null());
    let ping = scene.api.post(&format!("{hook}/test"), &json!({})).await.expect(202);
    let message = receiver.until("the ping", |received| received.len() == 1).await.remove(0);
    assert_eq!((message.id(), &message.json()["type"]), (ping["id"].as_str().unwrap(), &json!("ping")));
    assert_eq!(message.headers["webhook-signature"].split(' ').count(), 2);
    assert!(message.is_signed_with(&old) && message.is_signed_with(new), "{message:?}");
}

#[tokio::test]
async fn messages_go_where_they_are_wanted_and_nowhere_else() {
    let scene = local(Backend::Sqlite);
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let project = scene.bare_project().await;
    let url = receiver.url();
    let (filtered, _) =
        webhook(&scene, &project, json!({ "url": url, "events": ["run_created", "run_completed"] })).await;
    let (off, _) = webhook(&scene, &project, json!({ "url": url, "enabled": false })).await;
    let (elsewhere, _) = webhook(&scene, &scene.bare_project().await, json!({ "url": url })).await;
    completed(&scene, &project).await;
    let log = logged(&scene, &filtered, "delivered", 2).await;
    let names: BTreeSet<&str> = log.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["run_created", "run_completed"]));
    for quiet in [&off, &elsewhere] {
        let log = scene.api.get(&format!("{quiet}/deliveries")).await.expect(200);
        assert_eq!(log["items"], json!([]));
    }
    let request = scene.api.request(Method::PUT, &off).header("If-Match", "\"1\"");
    let updated =
        scene.api.send(request.json(&json!({ "url": url, "events": ["run_failed"] }))).await.expect(200);
    assert_eq!((&updated["enabled"], &updated["revision"]), (&json!(true), &json!(2)));
    let request =
        scene.api.request(Method::PUT, &off).header("If-Match", "\"1\"").json(&json!({ "url": url }));
    scene.api.send(request).await.problem(412, "stale_revision");
    let deleted = scene.api.send(scene.api.request(Method::DELETE, &off)).await;
    assert_eq!(deleted.status, 204);
    scene.api.get(&off).await.problem(404, "not_found");

    scene.api.post(&format!("/projects/{project}/archive"), &json!({})).await.expect(200);
    let refused = scene.api.post(&format!("/projects/{project}/webhooks"), &json!({ "url": url })).await;
    refused.problem(409, "project_archived");
}

#[tokio::test]
async fn messages_never_reach_private_addresses_by_number_or_by_name() {
    let scene = scene_on(Backend::Sqlite, "");
    let receiver = Receiver::new(Manner::Answers(200)).await;
    let project = scene.bare_project().await;
    let path = format!("/projects/{project}/webhooks");
    for url in [
        format!("https://127.0.0.1:{}/", receiver.port()),
        format!("https://[::ffff:127.0.0.1]:{}/", receiver.port()),
        format!("https://2130706433:{}/", receiver.port()),
        format!("http://localhost:{}/", receiver.port()),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://user:password@example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let problem = scene.api.post(&path, &json!({ "url": url })).await.problem(422, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}: {problem:#}");
    }
    let list = scene.api.get(&path).await.expect(200);
    assert_eq!(list["items"], json!([]), "nothing is stored");

    let url = format!("https://localhost:{}/", receiver.port());
    let (hook, _) = webhook(&scene, &project, json!({ "url": url, "events": ["run_created"] })).await;
    let run = completed(&scene, &project).await;
    logged(&scene, &hook, "exhausted", 1).await;
    let diagnostic = run.part("diagnostics").await["items"][0].clone();
    assert_eq!(diagnostic["reason"], "address_refused", "{diagnostic:#}");
    assert_eq!(receiver.received().len(), 0);
}
