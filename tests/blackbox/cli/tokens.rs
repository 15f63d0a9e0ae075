//! Tokens: over the API as who one is, and on the database as who runs the server.

use crate::support::{Backend, Cli, Options, Said, Scene, unique};
use serde_json::{Value, json};
use test_case::test_case;

/// The id of the token with this name.
async fn id_of(scene: &Scene, name: &str) -> String {
    let tokens = scene.api.get("/tokens").await.expect(200);
    let found = tokens["items"].as_array().unwrap().iter().find(|token| token["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{tokens:#}"))["id"].as_str().unwrap().to_owned()
}

/// The one line that a new token is.
fn secret(said: Said) -> String {
    let printed = said.done();
    let secret = printed.trim_end();
    assert!(secret.starts_with("jido_") && !secret.contains(char::is_whitespace), "{printed}");
    secret.to_owned()
}

#[tokio::test]
async fn a_token_is_made_limited_listed_and_revoked_over_the_api() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let (project, other) = (scene.bare_project().await, scene.bare_project().await);
    let name = unique("token");
    let create = [
        "token",
        "create",
        "--name",
        &name,
        "--expires-in",
        "30d",
        "--scope",
        "read_projects",
        "--scope",
        "read_runs",
        "--project",
        &project,
    ];
    let made = secret(cli.run(&create).await);
    let limited = scene.api.with_token(&made);
    limited.get(&format!("/projects/{project}")).await.expect(200);
    limited.get(&format!("/projects/{other}")).await.problem(404, "not_found");
    limited
        .post(&format!("/projects/{project}/runs"), &json!({ "workflow": "x" }))
        .await
        .problem(403, "forbidden");

    let list = cli.run(&["token", "list"]).await.done();
    let row = list.lines().find(|line| line.contains(&name)).unwrap_or_else(|| panic!("{list}"));
    let id = id_of(&scene, &name).await;
    assert!(row.contains(&id) && row.contains("read_runs"), "{row}");
    assert!(!list.contains(&made), "a list never shows a secret");
    cli.run(&["token", "revoke", &id]).await.expect(0);
    limited.get(&format!("/projects/{project}")).await.problem(401, "unauthenticated");
    let created = cli.run(&["token", "create", "--name", &name, "--json"]).await.json();
    scene.api.with_token(created["secret"].as_str().unwrap()).get("/projects").await.expect(200);
    assert_eq!(created["token"]["expires_at"], Value::Null);
}

/// The API counts in days: what is shorter is not made longer behind one's back.
#[tokio::test]
async fn a_token_never_lives_longer_than_was_asked_for() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let name = unique("token");
    for span in ["12h", "36h"] {
        cli.run(&["token", "create", "--name", &name, "--expires-in", span]).await.expect(2).tells(&["day"]);
    }
    let tokens = scene.api.get("/tokens").await;
    assert!(!tokens.text.contains(&name), "nothing was made");
    secret(cli.run(&["token", "create", "--name", &name, "--expires-in", "24h"]).await);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_token_is_made_listed_and_revoked_on_the_database(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let data = scene.server.data();
    let data = data.to_str().unwrap();
    // Somebody is logged in elsewhere: the database is what was named.
    let cli = scene
        .server
        .variables()
        .into_iter()
        .fold(Cli::at("http://127.0.0.1:9", "jido_x"), |cli, (name, value)| cli.with(name, &value));
    let name = unique("token");
    let made = secret(cli.run(&["token", "create", "--name", &name, "--data", data]).await);
    let api = scene.api.with_token(&made);
    api.get("/projects").await.expect(200);
    let list = cli.run(&["token", "list", "--data", data]).await.done();
    let id = id_of(&scene, &name).await;
    assert!(list.contains(&name) && list.contains(&id) && !list.contains(&made), "{list}");
    let listed = cli.run(&["token", "list", "--data", data, "--json"]).await.json();
    assert_eq!(listed, scene.api.get("/tokens").await.expect(200));
    assert_eq!(cli.run(&["token", "revoke", &id, "--data", data, "--json"]).await.expect(0).stdout, "");
    api.get("/projects").await.problem(401, "unauthenticated");
    let created = cli.run(&["token", "create", "--name", &name, "--data", data, "--json"]).await.json();
    scene.api.with_token(created["secret"].as_str().unwrap()).get("/projects").await.expect(200);
    assert_eq!(created["token"]["name"], json!(name));
    let short =
        secret(cli.run(&["token", "create", "--name", &name, "--expires-in", "12h", "--data", data]).await);
    scene.api.with_token(&short).get("/projects").await.expect(200);
}
