//! Retrying from one step: only where the contract declares it, from the very tree, and past no gate.

use crate::retry::whole;
use crate::support::{Backend, Reply, Repository, Run, Scene};
use serde_json::{Value, json};
use std::path::Path;
use test_case::test_case;

/// Agent, tests that fail until the file `mended` lies in the place, gate, ship; tests and ship may be retried alone.
fn declared(place: &Path) -> String {
    let command = format!("test -e {}/mended && bash check.sh", place.display());
    format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: tests, uses: test, with: {{ command: [bash, -c, {}] }} }}\n  - {{ key: gate, uses: approval }}\n  - {{ key: ship, uses: ship }}\npolicies: {{ retry: {{ steps: [tests, ship] }} }}\n",
        json!(command)
    )
}

async fn retry_step(run: &Run, step: &str) -> Reply {
    run.api.post(&format!("{}/steps/{step}/retry", run.path), &json!({})).await
}

/// The run that the retry makes.
async fn retried(run: &Run, step: &str) -> Run {
    let made = retry_step(run, step).await.expect(201);
    Run::new(run.api.clone(), run.project.clone(), made["id"].as_str().unwrap().to_owned())
}

/// What the run says of retrying each step: the step, whether it may be, and why not.
async fn step_retries(run: &Run) -> Vec<Value> {
    let actions = run.get().await["allowed_actions"].clone();
    let of_steps = actions.as_array().unwrap().iter().filter(|entry| entry["action"] == "retry_step");
    of_steps.map(|entry| json!([entry["step"], entry["allowed"], entry["code"]])).collect()
}

/// A run whose tests failed, and the place of the file that mends them.
async fn failed_in_tests(scene: &Scene, repository: &Repository) -> (Run, std::path::PathBuf) {
    let place = scene.scratch();
    let mut run = scene.run(repository, "listens", &declared(&place)).await;
    let ended = run.wait_for_end().await;
    assert_eq!((&ended["status"], &ended["failure"]["safe_retry"]), (&json!("failed"), &json!("step")));
    (run, place.join("mended"))
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_declared_step_is_retried_from_its_very_tree_and_the_lineage_is_kept(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let (failed, mended) = failed_in_tests(&scene, &repository).await;
    let before = whole(&failed).await;
    assert_eq!(
        step_retries(&failed).await,
        [json!(["tests", true, null]), json!(["ship", false, "nothing_to_retry"])]
    );
    std::fs::write(mended, "").unwrap();

    let mut second = retried(&failed, "tests").await;
    second.wait_for("approval_requested").await;
    let run = second.get().await;
    assert_eq!(
        (&run["attempt"], &run["retry_of"], &run["base_commit"]),
        (&json!(2), &json!(failed.id), &before[0]["base_commit"])
    );
    let events = second.events().await;
    assert_eq!(events[1]["event"], "run_retried");
    assert_eq!(
        (&events[1]["data"]["requested_step"], &events[1]["data"]["starts_at"]),
        (&json!("tests"), &json!("tests"))
    );
    assert_eq!(second.event_names().await[2..4], ["run_started", "step_started(tests)"]);
    let (work, tests) = (second.attempts("work").await, second.attempts("tests").await);
    assert_eq!((work.len(), &work[0]["inherited_from"]), (1, &json!(failed.id)), "{work:#?}");
    assert_eq!(work[0]["commit"], before[3]["items"][0]["attempts"][0]["commit"]);
    assert_eq!((tests.len(), &tests[0]["inherited_from"]), (1, &Value::Null), "{tests:#?}");
    assert_eq!(second.log("work").await, failed.log("work").await);
    second.approve().await;
    assert_eq!(second.wait_for_end().await["status"], "completed");

    let branch = repository.branches().into_keys().find(|name| name.starts_with("jidocode/")).unwrap();
    let notes = repository.ask(&["show", &format!("{branch}:notes.txt")]);
    assert_eq!(notes, "nobody rejected anything", "the agent worked once");
    assert_eq!(whole(&failed).await, before, "the parent stays as it is");
    let lineage = second.part("lineage").await;
    assert_eq!(lineage["attempts"][0]["failure"], before[0]["failure"]);
    assert_eq!(lineage["attempts"][1]["run_id"], json!(second.id));
}

#[tokio::test]
async fn a_step_behind_a_gate_is_retried_from_the_gate_and_ships_nothing_unapproved() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    repository.hook("pre-receive", "#!/bin/sh\necho 'not today'; exit 1\n");
    let place = scene.scratch();
    std::fs::write(place.join("mended"), "").unwrap();
    let mut failed = scene.run(&repository, "mends", &declared(&place)).await;
    failed.wait_for("approval_requested").await;
    failed.approve().await;
    assert_eq!(failed.wait_for_end().await["failure"]["reason"], "push_rejected");
    repository.hook("pre-receive", "#!/bin/sh\nexit 0\n");

    let mut second = retried(&failed, "ship").await;
    let asked = second.wait_for("approval_requested").await;
    assert_eq!(asked["step"], "gate");
    let events = second.events().await;
    assert_eq!(
        (&events[1]["data"]["requested_step"], &events[1]["data"]["starts_at"]),
        (&json!("ship"), &json!("gate"))
    );
    assert_eq!(second.get().await["status"], "awaiting_approval");
    assert_eq!(repository.branches().len(), 1, "no approval is inherited");
    let approval = second.approval().await;
    assert_eq!(approval["decisions"], json!([]));
    assert_eq!(approval["evidence"]["test_summary"]["passed"], 2, "the tests that were taken over count");
    second.approve().await;
    assert_eq!(second.wait_for_end().await["status"], "completed");
    assert_eq!(repository.branches().len(), 2);
}

#[tokio::test]
async fn a_retried_step_that_fails_again_is_retried_from_where_the_first_run_left_it() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let (first, mended) = failed_in_tests(&scene, &repository).await;
    let mut second = retried(&first, "tests").await;
    assert_eq!(second.wait_for_end().await["failure"]["last_successful_step"], "work");
    std::fs::write(mended, "").unwrap();
    // The mirror is lost meanwhile: the tree comes from the pack that the first run stored.
    std::fs::remove_dir_all(scene.server.data().join(format!("mirrors/{}.git", first.project))).unwrap();
    let mut third = retried(&second, "tests").await;
    third.wait_for("approval_requested").await;
    assert_eq!(third.attempts("work").await[0]["inherited_from"], json!(first.id));
    assert_eq!(third.get().await["attempt"], 3);
    third.approve().await;
    assert_eq!(third.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn a_rejected_round_that_failed_is_retried_with_its_tree_and_its_rationale() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let place = scene.scratch();
    let script = format!(
        "echo round >> rounds.txt; if [ -n \"${{JIDO_REJECTION:-}}\" ]; then test -e {}/mended; fi; printf '%s' \"${{JIDO_REJECTION:-none}}\" > told.txt",
        place.display()
    );
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: command, with: {{ run: {} }} }}\n  - {{ key: gate, uses: approval, with: {{ on_reject: {{ action: retry_step, step: work, max_rounds: 3 }} }} }}\n  - {{ key: ship, uses: ship }}\npolicies: {{ retry: {{ full_run: false, steps: [work] }} }}\n",
        json!(script)
    );
    let mut failed = scene.run(&repository, "mends", &definition).await;
    failed.wait_for("approval_requested").await;
    failed.reject("Name the rounds.").await;
    assert_eq!(failed.wait_for_end().await["status"], "failed");
    std::fs::write(place.join("mended"), "").unwrap();
    let mut second = retried(&failed, "work").await;
    second.wait_for("approval_requested").await;
    second.approve().await;
    assert_eq!(second.wait_for_end().await["status"], "completed");
    let branch = repository.branches().into_keys().find(|name| name.starts_with("jidocode/")).unwrap();
    assert_eq!(repository.ask(&["show", &format!("{branch}:rounds.txt")]), "round\nround");
    let told = repository.ask(&["show", &format!("{branch}:told.txt")]);
    assert!(told.contains("Name the rounds."), "{told}");
}

#[tokio::test]
async fn a_step_retry_that_nothing_allows_is_refused_with_guidance_and_makes_nothing() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let (failed, _) = failed_in_tests(&scene, &repository).await;
    let before = whole(&failed).await;
    for step in ["work", "no_such_step"] {
        let problem = retry_step(&failed, step).await.problem(409, "policy_violation");
        assert_eq!(problem["policy"]["retry"]["steps"], json!(["tests", "ship"]), "{problem:#}");
        assert!(problem["detail"].as_str().unwrap().contains(step), "{problem:#}");
    }
    let problem = retry_step(&failed, "ship").await.problem(409, "nothing_to_retry");
    assert!(problem["detail"].as_str().unwrap().contains("did not come to the step ship"), "{problem:#}");
    assert_eq!(whole(&failed).await, before);

    let mut undeclared =
        scene.run(&repository, "idles", crate::support::workflows::CANCELLED_BY_REJECTION).await;
    assert_eq!(undeclared.wait_for_end().await["status"], "failed");
    assert_eq!(step_retries(&undeclared).await, Vec::<Value>::new(), "no control where none is declared");
    retry_step(&undeclared, "tests").await.problem(409, "policy_violation");

    let place = scene.scratch();
    std::fs::write(place.join("mended"), "").unwrap();
    let mut waiting = scene.run(&repository, "mends", &declared(&place)).await;
    waiting.wait_for("approval_requested").await;
    let problem = retry_step(&waiting, "tests").await.problem(409, "run_not_finished");
    assert_eq!(problem["run_status"], "awaiting_approval");
    waiting.approve().await;
    assert_eq!(waiting.wait_for_end().await["status"], "completed");
    retry_step(&waiting, "tests").await.problem(409, "nothing_to_retry");
    for run in [&failed, &undeclared, &waiting] {
        let listed = run.api.get(&format!("/projects/{}/runs", run.project)).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    }
}
