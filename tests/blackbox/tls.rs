//! TLS: certificates are checked, by webhooks and by the command line.

use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Identity, Manner, Options, PATIENCE, Receiver, Scene, TlsFront};
use serde_json::{Value, json};
use std::time::Instant;
use test_case::test_case;

/// A server that trusts this identity alone, and whose webhooks may reach this machine.
fn scene_trusting(identity: &Identity) -> Scene {
    let configuration =
        "[webhooks]\nretry_seconds = [0.05]\nallow_networks = [\"127.0.0.0/8\", \"::1/128\"]\n";
    let options = Options::on(Backend::Sqlite);
    Scene::own(&Options {
        configuration: configuration.to_owned(),
        trusted: Some(identity.certificate()),
        ..options
    })
}

/// The one delivery of a webhook at this address, once it is decided.
async fn delivery_to(scene: &Scene, url: &str) -> Value {
    let project = scene.bare_project().await;
    let body = json!({ "url": url, "events": ["run_created"] });
    let created = scene.api.post(&format!("/projects/{project}/webhooks"), &body).await.expect(201);
    let id = created["webhook"]["id"].as_str().unwrap().to_owned();
    let workflow = scene.publish(&one_command("true")).await;
    scene.start(&project, &workflow, json!({})).await.wait_for_end().await;
    let began = Instant::now();
    loop {
        let log = scene.api.get(&format!("/projects/{project}/webhooks/{id}/deliveries")).await.expect(200);
        match log["items"].as_array().unwrap().first() {
            Some(delivery) if delivery["state"] != "pending" => return delivery.clone(),
            _ => assert!(began.elapsed() < PATIENCE, "nothing became of it: {log:#}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_webhook_is_delivered_over_tls() {
    let identity = Identity::of("localhost");
    let receiver = Receiver::new(Manner::Answers(204)).await;
    let front = TlsFront::before(receiver.port(), &identity).await;
    let delivery = delivery_to(&scene_trusting(&identity), &front.url()).await;
    assert_eq!(
        (&delivery["state"], &delivery["last_status"]),
        (&json!("delivered"), &json!(204)),
        "{delivery:#}"
    );
    assert_eq!(receiver.received().len(), 1);
}

#[test_case("localhost", false; "nobody vouches for it")]
#[test_case("elsewhere.example", true; "it is somebody else")]
#[tokio::test]
async fn a_webhook_tells_nothing_to_a_receiver_that_cannot_prove_itself(name: &str, is_trusted: bool) {
    let identity = Identity::of(name);
    let stranger = Identity::of("localhost");
    let receiver = Receiver::new(Manner::Answers(204)).await;
    let front = TlsFront::before(receiver.port(), &identity).await;
    let scene = scene_trusting(if is_trusted { &identity } else { &stranger });
    let delivery = delivery_to(&scene, &front.url()).await;
    assert_eq!(delivery["state"], "exhausted", "{delivery:#}");
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn the_command_line_talks_to_a_server_that_proves_itself_and_to_no_other() {
    let scene = Scene::shared(Backend::Sqlite);
    let identity = Identity::of("localhost");
    let port = scene.server.address().rsplit(':').next().unwrap().parse().unwrap();
    let front = TlsFront::before(port, &identity).await;
    let client = || Cli::at(&front.url(), &scene.server.create_token());
    let trusting = client().with("SSL_CERT_FILE", identity.certificate().to_str().unwrap());
    trusting.run(&["workflow", "list"]).await.expect(0);

    let stranger = Identity::of("localhost");
    let doubting = client().with("SSL_CERT_FILE", stranger.certificate().to_str().unwrap());
    let said = doubting.run(&["workflow", "list"]).await;
    assert_eq!(said.code, Some(8), "{said:?}");
    assert!(said.stderr.contains("certificate"), "{said:?}");
}
