//! Logging in and out: what is stored, where, and who can use it.

use crate::support::{Api, Backend, Cli, Options, Relay, Scene};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The token that is stored for the server.
fn stored_token(cli: &Cli) -> String {
    let text = std::fs::read_to_string(cli.credentials()).expect("a login is stored");
    let quoted = text.lines().find_map(|line| line.strip_prefix("token = ")).expect("a login has a token");
    quoted.trim_matches('"').to_owned()
}

/// The whole list beneath a path.
async fn listed(api: &Api, path: &str) -> Vec<Value> {
    api.get(path).await.expect(200)["items"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_one_time_link_logs_in_once_and_logging_out_revokes_what_it_made() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let link = scene.server.jido(&["owner-link"]);
    let cli = Cli::stranger();
    let before = listed(&scene.api, "/tokens").await;
    cli.run(&["login", &link, "--expires-in", "12h"]).await.expect(2).tells(&["day"]);
    let said = cli.run(&["login", &link, "--expires-in", "30d"]).await.expect(0);
    assert!(said.stdout.contains("owner"), "{}", said.describe());
    let token = stored_token(&cli);
    assert!(!said.stdout.contains(&token) && !said.stderr.contains(&token), "{}", said.describe());
    assert_eq!(mode(&cli.credentials()), 0o600);
    assert_eq!(mode(cli.credentials().parent().unwrap()), 0o700);
    assert_eq!(listed(&scene.api, "/sessions").await, [] as [Value; 0], "no browser session is left of it");
    let after = listed(&scene.api, "/tokens").await;
    let made: Vec<&Value> = after.iter().filter(|token| !before.contains(token)).collect();
    assert_eq!(made.len(), 1, "{made:#?}");
    assert!(made[0]["expires_at"].is_string(), "{made:#?}");

    cli.run(&["project", "list"]).await.expect(0);
    let again = Cli::stranger();
    again.run(&["login", &link]).await.expect(5);
    assert!(!again.credentials().exists(), "a login that failed stores nothing");

    let mine = scene.api.with_token(&token);
    mine.get("/projects").await.expect(200);
    cli.run(&["logout"]).await.expect(0);
    mine.get("/projects").await.problem(401, "unauthenticated");
    assert!(!std::fs::read_to_string(cli.credentials()).unwrap_or_default().contains(&token));
    cli.run(&["project", "list"]).await.expect(5);
}

#[tokio::test]
async fn a_token_from_standard_input_logs_in_and_outlives_the_login() {
    let scene = Scene::shared(Backend::Sqlite);
    let (address, token) = (scene.server.address(), scene.server.create_token());
    let cli = Cli::stranger();
    let login = ["login", &address];
    cli.run_reading(&login, "jido_invented\n").await.expect(5);
    cli.run_reading(&login, "\n").await.expect(2);
    assert!(!cli.credentials().exists(), "a login that failed stores nothing");
    let said = cli.run_reading(&login, &format!("{token}\n")).await.expect(0);
    assert!(!said.stdout.contains(&token) && !said.stderr.contains(&token), "{}", said.describe());
    assert_eq!(stored_token(&cli), token);
    assert_eq!(mode(&cli.credentials()), 0o600);
    cli.run(&["project", "list"]).await.expect(0);
    cli.run(&["logout"]).await.expect(0);
    cli.run(&["project", "list"]).await.expect(5);
    // Others may use the same token: the login did not make it.
    scene.api.with_token(&token).get("/projects").await.expect(200);
}

#[tokio::test]
async fn a_secret_does_not_cross_the_network_readable_unless_that_is_said() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let relay = Relay::to(&scene.server).await;
    let foreign = relay.foreign_address();
    let token = scene.server.create_token();
    let cli = Cli::stranger();
    let link = scene.server.jido(&["owner-link"]);
    let (_, secret) = link.split_once("/sign-in").expect("a link leads to a page");
    let link = format!("{foreign}/sign-in{secret}");
    cli.run_reading(&["login", &foreign], &token).await.expect(3);
    cli.run(&["login", &link]).await.expect(3);
    let pipeline = Cli::at(&foreign, &token);
    pipeline.run(&["project", "list"]).await.expect(3);
    assert_eq!(relay.heads(), [] as [&str; 0], "something was sent");
    assert!(!cli.credentials().exists());

    pipeline.run(&["project", "list", "--allow-plain-http"]).await.expect(0);
    cli.run(&["login", &link, "--allow-plain-http"]).await.expect(0);
    cli.run(&["project", "list"]).await.expect(0);
    let heads = relay.heads();
    assert!(heads.iter().any(|head| head.starts_with("POST /api/v1/session/owner-link ")), "{heads:#?}");
}

#[tokio::test]
async fn several_servers_are_remembered_and_one_that_is_gone_is_forgotten_all_the_same() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::stranger();
    let first = scene.server.address();
    cli.run_reading(&["login", &first], &scene.server.create_token()).await.expect(0);
    let relay = Relay::to(&scene.server).await;
    let second = relay.address();
    let link = scene.server.jido(&["sign-in-link", "--user", &link_user(&scene).await]);
    let (_, secret) = link.split_once("/sign-in").expect("a link leads to a page");
    cli.run(&["login", &format!("{second}/sign-in{secret}")]).await.expect(0);
    cli.run(&["project", "list"]).await.expect(0);
    assert!(!relay.heads().is_empty(), "the last login is the one that is meant");
    drop(relay);
    cli.run(&["project", "list", "--server", &first]).await.expect(0);
    cli.run(&["logout"]).await.expect(0).tells(&["revoke"]);
    let stored = std::fs::read_to_string(cli.credentials()).unwrap();
    assert!(stored.contains(&first) && !stored.contains(&second), "{}", stored.lines().count());
    cli.run(&["project", "list"]).await.expect(0);
}

#[tokio::test]
async fn a_link_is_not_spent_on_a_login_that_cannot_be_stored() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let cli = Cli::stranger();
    let link = scene.server.jido(&["owner-link"]);
    std::fs::create_dir_all(cli.credentials().parent().unwrap()).unwrap();
    std::fs::write(cli.credentials(), "servers = 7").unwrap();
    cli.run(&["login", &link]).await.expect(2).tells(&["is broken"]);
    std::fs::remove_file(cli.credentials()).unwrap();
    // A folder stands where the lock would be.
    let lock = cli.credentials().with_extension("lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    cli.run(&["login", &link]).await.expect(3).tells(&["credentials.lock"]);
    std::fs::remove_dir(&lock).unwrap();
    cli.run(&["login", &link]).await.expect(0);
}

/// The link is spent by then, and nobody would hold the token.
#[tokio::test]
async fn a_login_that_fails_behind_its_token_leaves_none_behind() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::stranger();
    let before = listed(&scene.api, "/tokens").await;
    let link = scene.server.jido(&["owner-link"]);
    let (_, secret) = link.split_once("/sign-in").expect("a link leads to a page");
    let link = format!("{}/sign-in{secret}", relay.address());
    let caught = relay.hold("GET", "/session");
    let meanwhile = async {
        caught.seen().await;
        // A folder stands where the logins would be.
        std::fs::create_dir(cli.credentials()).unwrap();
        caught.release();
    };
    let arguments = ["login", link.as_str()];
    let (said, ()) = tokio::join!(cli.run(&arguments), meanwhile);
    said.expect(3).tells(&["credentials.toml"]);
    let after = listed(&scene.api, "/tokens").await;
    let made: Vec<&Value> = after.iter().filter(|token| !before.contains(token)).collect();
    assert_eq!(made.len(), 1, "{made:#?}");
    assert!(made[0]["revoked_at"].is_string(), "{made:#?}");
}

#[tokio::test]
async fn a_token_on_the_command_line_is_neither_taken_nor_repeated() {
    let scene = Scene::shared(Backend::Sqlite);
    let token = scene.server.create_token();
    let said = Cli::stranger().run(&["login", &token]).await.expect(2);
    assert!(!said.stderr.contains(&token), "{}", said.describe());
    said.tells(&["--token-stdin"]);
}

#[tokio::test]
async fn scripts_read_nothing_where_the_server_answers_with_nothing() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let cli = Cli::stranger();
    cli.run(&["login", &scene.server.jido(&["owner-link"])]).await.expect(0);
    let made = cli.run(&["token", "create", "--name", "ci", "--json"]).await.expect(0);
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    let id = made["token"]["id"].as_str().expect("a token has an id").to_owned();
    assert_eq!(cli.run(&["token", "revoke", &id, "--json"]).await.expect(0).stdout, "");
    assert_eq!(cli.run(&["logout", "--json"]).await.expect(0).stdout, "");
}

/// Somebody who signs in by links.
async fn link_user(scene: &Scene) -> String {
    scene.person(json!([])).await.name
}

/// A proxy is another machine's: what is meant for this one does not go there.
#[tokio::test]
async fn a_token_for_this_machine_goes_past_every_proxy() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = Relay::to(&scene.server).await;
    let mut cli = Cli::of(&scene);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        cli = cli.with(name, &relay.address());
    }
    cli.run(&["project", "list"]).await.expect(0);
    assert_eq!(relay.heads(), [] as [&str; 0], "the token went to the proxy");
}

#[tokio::test]
async fn the_token_of_one_server_is_not_shown_to_another() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::stranger();
    let token = scene.server.create_token();
    let address = scene.server.address();
    cli.run_reading(&["login", &address], &token).await.expect(0);
    cli.run(&["project", "list", "--server", &relay.address()]).await.expect(5).tells(&["jido login"]);
    assert_eq!(relay.heads(), [] as [&str; 0], "something was sent");
    cli.run(&["project", "list", "--server", &address]).await.expect(0);
    cli.run(&["logout", "--server", &relay.address()]).await.expect(5);
    cli.run(&["project", "list"]).await.expect(0);
}
