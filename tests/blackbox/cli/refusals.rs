//! Every way in which a command is not carried out has an exit code of its own, and says what to try.

use crate::support::{Backend, Cli, Scene};
use serde_json::json;
use test_case::test_case;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const UNKNOWN: &str = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";

#[test_case(&["run", "frobnicate"]; "an unknown command")]
#[test_case(&["run", "show"]; "no run")]
#[test_case(&["run", "show", "twelve"]; "a name that is none")]
#[test_case(&["run", "show", "parser/0"]; "a number that is none")]
#[test_case(&["run", "watch", UNKNOWN, "--wait-for", "done"]; "an unknown status")]
#[test_case(&["run", "watch", UNKNOWN, "--timeout", "soon"]; "a span that is none")]
#[test_case(&["run", "start", "x"]; "no project")]
#[test_case(&["run", "start", "x", "--project", "p", "--input", "novalue"]; "an input without a value")]
#[test_case(&["run", "logs", UNKNOWN, "--attempt", "1"]; "an attempt of no step")]
#[test_case(&["run", "list", "--status", "late"]; "a filter that is none")]
#[test_case(&["project", "list", "--server", "jido.example"]; "an address that is none")]
#[test_case(&["project", "list", "--server", "https://user:secret@jido.example"]; "an address with a password")]
#[test_case(&["token", "create"]; "a token without a name")]
#[test_case(&["completions", "no-shell"]; "an unknown shell")]
#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_asks_no_server(arguments: &[&str]) {
    // Nothing listens there, so that a question would end with 8.
    let cli = Cli::at("http://127.0.0.1:9", "jido_x");
    let said = cli.run(arguments).await.expect(2);
    assert!(said.stdout.is_empty() && !said.stderr.is_empty(), "{}", said.describe());
}

#[tokio::test]
async fn who_is_not_signed_in_or_not_allowed_is_told_so_with_5() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let run = scene.at_gate(&project, "on_reject: { action: cancel }").await;
    let address = scene.server.address();
    Cli::stranger().run(&["project", "list"]).await.expect(5).tells(&["jido login"]);
    Cli::stranger()
        .with("JIDO_SERVER", &address)
        .run(&["project", "list"])
        .await
        .expect(5)
        .tells(&["JIDO_TOKEN"]);
    Cli::at(&address, "jido_invented").run(&["project", "list"]).await.expect(5);
    Cli::at(&address, "line\nbreak").run(&["project", "list"]).await.expect(2);

    let viewer = scene.member(&project, "viewer").await;
    let cli = Cli::at(&address, &viewer.token(&json!({ "name": "terminal" })).await);
    cli.run(&["run", "show", &run.id]).await.expect(0);
    let start = ["run", "start", "fix_failing_tests", "--project", &project, "--input", "failure_signal=x"];
    cli.run(&start).await.expect(5).tells(&["start_runs"]);
    cli.run(&["run", "approve", &run.id, "--yes"]).await.expect(5);
    cli.run(&["run", "cancel", &run.id]).await.expect(5);
    assert_eq!(run.get().await["status"], "awaiting_approval");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn what_does_not_exist_or_cannot_be_read_ends_with_6() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let run = scene.at_gate(&project, "on_reject: { action: cancel }").await;
    let cli = Cli::of(&scene);
    for arguments in [
        &["run", "show", UNKNOWN][..],
        &["run", "watch", "no-such-project/1"],
        &["run", "show", &format!("{project}/999")],
        &["run", "list", "--project", "no-such-project"],
        &["run", "start", "fix_failing_tests", "--project", UNKNOWN],
        &["run", "diff", &run.id, "--server", &scene.server.address()],
        &["workflow", "diff", "no_such_flow"],
        &["token", "revoke", UNKNOWN],
    ] {
        cli.run(arguments).await.expect(6);
    }
    let elsewhere = scene.bare_project().await;
    let other = scene.member(&elsewhere, "admin").await;
    let stranger = Cli::at(&scene.server.address(), &other.token(&json!({ "name": "terminal" })).await);
    stranger.run(&["run", "show", &run.id]).await.expect(6);
    stranger.run(&["run", "list", "--project", &project]).await.expect(6);
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn what_the_state_of_things_or_a_policy_refuses_ends_with_7() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let cli = Cli::of(&scene);
    let strict = scene.at_gate(&project, "allow_self_approval: false, on_reject: { action: cancel }").await;
    cli.run(&["run", "approve", &strict.id, "--yes"]).await.expect(7);
    cli.run(&["run", "retry", &strict.id]).await.expect(7);
    assert_eq!(strict.get().await["status"], "awaiting_approval");
    cli.run(&["run", "cancel", &strict.id]).await.expect(0);
    cli.run(&["run", "cancel", &strict.id]).await.expect(7);
    cli.run(&["run", "approve", &strict.id, "--yes"]).await.expect(7);
    let workflow = scene.publish(&crate::support::workflows::one_command("true")).await;
    let mut gateless = scene.start(&project, &workflow, json!({})).await;
    gateless.wait_for_end().await;
    cli.run(&["run", "approve", &gateless.id, "--yes"]).await.expect(7).tells(&["gate"]);
    cli.run(&["run", "reject", &gateless.id]).await.expect(7);
}

/// An address where somebody answers every request with this.
async fn other_server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[test_case("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<h1>Hello</h1"; "a page")]
#[test_case("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"; "another server's 404")]
#[test_case("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"; "JSON of something else")]
#[test_case("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]"; "a list of something else")]
#[test_case("SSH-2.0-OpenSSH_9.6\r\n"; "no HTTP")]
#[tokio::test]
async fn what_answers_and_is_no_server_of_ours_is_told_so_with_8(answer: &'static str) {
    let cli = Cli::at(&other_server(answer).await, "jido_x");
    cli.run(&["project", "list"]).await.expect(8);
}

#[tokio::test]
async fn a_token_follows_no_redirect() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = crate::support::Relay::to(&scene.server).await;
    let redirect = format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: {}/api/v1/projects\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        relay.address()
    );
    let elsewhere = other_server(Box::leak(redirect.into_boxed_str())).await;
    Cli::at(&elsewhere, &scene.server.create_token()).run(&["project", "list"]).await.expect(8);
    assert_eq!(relay.heads(), [] as [&str; 0], "the request went on to another server");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_so_with_8() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let said = Cli::at(&address, "jido_x").run(&["project", "list"]).await.expect(8);
    said.tells(&[&address]);
}
