//! Retrying a whole run: a new run of the same lineage, and the old one stays as it is.

use crate::support::run::allowed_actions;
use crate::support::workflows::{CANCELLED_BY_REJECTION, one_command};
use crate::support::{Backend, Repository, Run, Scene};
use reqwest::Method;
use serde_json::{Value, json};

fn retry_path(run: &Run) -> String {
    format!("{}/retry", run.path)
}

/// Everything that the API tells of the run.
pub async fn whole(run: &Run) -> Vec<Value> {
    let mut parts = vec![run.get().await];
    for name in ["transitions", "events", "steps", "artifacts", "diagnostics"] {
        parts.push(run.part(name).await);
    }
    parts
}

#[tokio::test]
async fn a_retry_repeats_the_pinned_run_and_leaves_the_failed_one_as_it_was() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut failed = scene.run(&repository, "idles", CANCELLED_BY_REJECTION).await;
    assert_eq!(failed.wait_for_end().await["status"], "failed");
    let before = whole(&failed).await;
    assert_eq!(allowed_actions(&before[0])["retry"], true);
    // Neither a newer version nor newer commits concern the retry.
    let name = before[0]["workflow"]["name"].as_str().unwrap().to_owned();
    scene.publish_as(&name, &CANCELLED_BY_REJECTION.replace("key: work", "key: labour")).await.expect(201);
    std::fs::write(repository.work().join("NOTES.md"), "Something else.\n").unwrap();
    repository.publish("something else");
    let asked = |base: &str, key: &str| {
        let body = json!({ "base": base });
        scene.api.request(Method::POST, &retry_path(&failed)).header("Idempotency-Key", key).json(&body)
    };
    let answer = scene.api.send(asked("pinned", "retry-1")).await.expect(201);
    let again = scene.api.send(asked("pinned", "retry-1")).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json()["id"]), ("true", &answer["id"]));
    for name in ["workflow", "inputs", "input_metadata", "labels", "title", "base_commit"] {
        assert_eq!(answer[name], before[0][name], "{name}");
    }
    assert_eq!(
        (&answer["attempt"], &answer["retry_of"], &answer["root_run_id"]),
        (&json!(2), &json!(failed.id), &json!(failed.id))
    );
    let mut second =
        Run::new(scene.api.clone(), failed.project.clone(), answer["id"].as_str().unwrap().to_owned());
    assert_eq!(second.wait_for_end().await["failure"]["reason"], "tests_failed");
    assert_eq!(second.event_names().await[..3], ["run_created", "run_retried", "run_started"]);
    assert_eq!(whole(&failed).await, before);
    let lineage = second.part("lineage").await;
    let attempts = lineage["attempts"].as_array().unwrap();
    assert_eq!(
        attempts.iter().map(|run| &run["run_id"]).collect::<Vec<_>>(),
        [&json!(failed.id), &json!(second.id)]
    );
    assert_eq!(attempts[0]["failure"], before[0]["failure"]);
    assert_eq!(attempts[0]["artifacts"], before[4]["items"]);
    assert!(attempts[0]["artifacts"].as_array().is_some_and(|items| !items.is_empty()));
    let latest = scene.api.send(asked("latest", "retry-2")).await.expect(201);
    let mut third =
        Run::new(scene.api.clone(), failed.project.clone(), latest["id"].as_str().unwrap().to_owned());
    assert_eq!(third.wait_for_end().await["base_commit"], repository.branches()["main"]);
    assert_eq!(third.get().await["attempt"], 3);
}

#[tokio::test]
async fn a_retry_that_nothing_allows_is_refused_with_the_reason() {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let forbidding = format!("{}policies: {{ retry: {{ full_run: false }} }}\n", one_command("exit 1"));
    let cases =
        [(one_command("true"), "nothing_to_retry", "completed"), (forbidding, "policy_violation", "failed")];
    for (definition, code, status) in cases {
        let workflow = scene.publish(&definition).await;
        let mut run = scene.start(&project, &workflow, json!({})).await;
        assert_eq!(run.wait_for_end().await["status"], status);
        let problem = scene.api.post(&retry_path(&run), &json!({})).await.problem(409, code);
        assert_eq!(problem["run_status"], status);
        let action = run.get().await["allowed_actions"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&action["action"], &action["allowed"], &action["code"]),
            (&json!("retry"), &json!(false), &json!(code))
        );
        if code == "policy_violation" {
            assert_eq!(problem["policy"]["retry"], json!({ "full_run": false, "steps": [] }));
        }
        assert_eq!(run.part("lineage").await["attempts"].as_array().unwrap().len(), 1);
    }
    let workflow = scene.publish(&one_command("sleep 86399")).await;
    let mut live = scene.start(&project, &workflow, json!({})).await;
    live.wait_for_step("only").await;
    let problem = scene.api.post(&retry_path(&live), &json!({})).await.problem(409, "run_not_finished");
    assert_eq!(problem["run_status"], "running");
    live.cancel().await.expect(200);
    let answer = scene.api.post(&retry_path(&live), &json!({})).await.expect(201);
    assert_eq!(answer["attempt"], 2);
    scene.cancel_all(&project).await;
}
