//! `--json`: the API's own answers, for scripts.

use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Options, Repository, Scene};
use serde_json::json;

#[tokio::test]
async fn what_is_printed_for_scripts_is_what_the_api_answers() {
    let scene = Scene::own(&Options::on(Backend::Sqlite));
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let other = scene.bare_project().await;
    let workflow = scene.publish(&one_command("true")).await;
    scene
        .start_with(&other, &json!({ "workflow": workflow, "labels": { "area": "x" } }))
        .await
        .wait_for_end()
        .await;
    let project_runs = format!("/runs?project_id={other}");
    for (command, path) in [
        (vec!["project", "list"], "/projects"),
        (vec!["workflow", "list"], "/workflows"),
        (vec!["token", "list"], "/tokens"),
        (vec!["run", "list"], "/runs"),
        (vec!["run", "list", "--status", "awaiting_approval"], "/runs?status=awaiting_approval"),
        (
            vec!["run", "list", "--status", "failed", "--status", "completed"],
            "/runs?status=failed&status=completed",
        ),
        (vec!["run", "list", "--workflow", "fix_failing_tests"], "/runs?workflow=fix_failing_tests"),
        (vec!["run", "list", "--label", "area=x"], "/runs?label=area:x"),
        (vec!["run", "list", "--label", "area=y"], "/runs?label=area:y"),
        (vec!["run", "list", "--project", &other], &project_runs),
        (vec!["run", "list", "--limit", "1"], "/runs?limit=1"),
    ] {
        let printed = cli.run(&[command.as_slice(), &["--json"]].concat()).await.json();
        assert_eq!(printed["items"], scene.api.get(path).await.expect(200)["items"], "{command:?}");
    }
    let diff = cli.run(&["run", "diff", &run.id, "--json"]).await.json();
    assert_eq!(diff, run.part("diff").await);
    let shown = cli.run(&["run", "show", &run.id, "--json"]).await.json();
    assert_eq!(shown["run"], run.get().await);
    assert_eq!(shown["steps"], run.part("steps").await["items"]);
    assert_eq!(shown["approval"], run.approval().await);

    let approved = cli.run(&["run", "approve", &run.id, "--yes", "--json"]).await.json();
    run.wait_for_end().await;
    let approval = run.approval().await;
    for field in ["id", "status", "evidence", "decisions", "policy"] {
        assert_eq!(approved[field], approval[field], "{field}");
    }
    let started = cli.run(&["run", "start", &workflow, "--project", &other, "--json"]).await.json();
    let path = format!("/projects/{other}/runs/{}", started["id"].as_str().unwrap());
    let now = scene.api.get(&path).await.expect(200);
    for field in ["id", "number", "workflow", "labels", "inputs", "trigger", "correlation_id", "created_at"] {
        assert_eq!(started[field], now[field], "{field}");
    }
    cli.run(&["run", "watch", started["id"].as_str().unwrap()]).await.expect(0);
}

#[tokio::test]
async fn a_list_is_read_over_as_many_pages_as_it_has() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    let workflow =
        scene.publish("name: NAME\nsteps:\n  - { key: only, uses: set, with: { outputs: {} } }\n").await;
    let mut ids = Vec::new();
    for _ in 0..205 {
        ids.push(json!(scene.start(&project, &workflow, json!({})).await.id));
    }
    ids.reverse();
    let list = ["run", "list", "--project", &project, "--json", "--limit"];
    for limit in [1, 200, 203, 1000] {
        let printed = cli.run(&[&list[..], &[&limit.to_string()]].concat()).await.json();
        let found: Vec<_> =
            printed["items"].as_array().unwrap().iter().map(|run| run["id"].clone()).collect();
        assert!(found == ids[..limit.min(ids.len())], "--limit {limit}: {} runs", found.len());
        assert_eq!(printed["next_cursor"].is_string(), limit < ids.len(), "--limit {limit}");
    }
    let table = cli.run(&["run", "list", "--project", &project, "--limit", "3"]).await.done();
    assert_eq!(table.lines().count(), 4, "{table}");
}

#[tokio::test]
async fn a_refusal_is_the_problem_document() {
    let (scene, _repository, run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    run.cancel().await.expect(200);
    let problem = cli.run(&["run", "cancel", &run.id, "--json"]).await.expect(7).document();
    assert_eq!(
        (&problem["code"], &problem["run_status"]),
        (&json!("invalid_transition"), &json!("cancelled"))
    );
    let problem = cli.run(&["project", "add", "", "--json"]).await.expect(1).document();
    assert_eq!(problem["errors"][0]["pointer"], "/name", "{problem:#}");
}
