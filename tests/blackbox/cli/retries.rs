//! Repeating runs and steps.

use crate::retry::whole;
use crate::support::{Backend, Cli, Repository, Run, Scene};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Agent, tests that fail until the file `mended` lies in the place, gate; the tests may be retried alone.
fn definition(place: &Path) -> String {
    let command = format!("test -e {}/mended && bash check.sh", place.display());
    format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: tests, uses: test, with: {{ command: [bash, -c, {}] }} }}\n  - {{ key: gate, uses: approval }}\n  - {{ key: ship, uses: ship }}\npolicies: {{ retry: {{ full_run: true, steps: [tests] }} }}\n",
        json!(command)
    )
}

/// A run whose tests failed, and the file that mends them.
async fn failed(scene: &Scene, repository: &Repository) -> (Run, PathBuf) {
    let place = scene.scratch();
    let mut run = scene.run(repository, "mends", &definition(&place)).await;
    assert_eq!(run.wait_for_end().await["status"], "failed");
    (run, place.join("mended"))
}

/// The newest run of the lineage.
async fn newest(run: &Run) -> Run {
    let lineage = run.part("lineage").await;
    let last = lineage["attempts"].as_array().unwrap().last().unwrap()["run_id"].clone();
    Run::new(run.api.clone(), run.project.clone(), last.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_failed_run_is_shown_with_what_to_do_and_repeated_as_a_run_of_its_own() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let (run, mended) = failed(&scene, &repository).await;
    let before = whole(&run).await;
    let failure = &before[0]["failure"];
    let show = cli.run(&["run", "show", &run.id]).await.done();
    for field in ["detail", "reason", "failed_step", "last_successful_step", "remediation"] {
        let text = failure[field].as_str().unwrap();
        assert!(show.contains(text), "{field} is not shown: {text}\n{show}");
    }
    std::fs::write(mended, "").unwrap();
    let retry = ["run", "retry", &run.id, "--watch", "--wait-for", "awaiting_approval"];
    cli.run(&retry).await.expect(0);
    let again = newest(&run).await;
    let document = again.get().await;
    assert_eq!(
        (&document["retry_of"], &document["attempt"], &document["base_commit"]),
        (&json!(run.id), &json!(2), &before[0]["base_commit"])
    );
    assert_eq!(whole(&run).await, before, "the run that failed stays as it is");
    cli.run(&["run", "approve", &again.id, "--yes", "--wait"]).await.expect(0);
    cli.run(&["run", "retry", &again.id]).await.expect(7);
}

#[tokio::test]
async fn one_step_is_repeated_where_the_workflow_permits_it() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let (run, mended) = failed(&scene, &repository).await;
    cli.run(&["run", "retry", &run.id, "--step", "work"]).await.expect(7);
    cli.run(&["run", "retry", &run.id, "--step", "no_such_step"]).await.expect(7);
    cli.run(&["run", "retry", &run.id, "--step", "tests", "--latest-base"]).await.expect(2);
    assert_eq!(newest(&run).await.id, run.id, "nothing was started");
    std::fs::write(mended, "").unwrap();
    let retry = ["run", "retry", &run.id, "--step", "tests", "--wait-for", "awaiting_approval"];
    cli.run(&retry).await.expect(0);
    let again = newest(&run).await;
    assert_eq!(again.attempts("work").await[0]["inherited_from"], json!(run.id), "the agent worked once");
    assert_eq!(again.attempts("tests").await[0]["inherited_from"], Value::Null);
    // The log of what was taken over is the log of the run that did it.
    let log = |id: String| {
        let cli = &cli;
        async move { cli.run(&["run", "logs", &id, "--step", "work"]).await.done() }
    };
    assert_eq!(log(again.id.clone()).await, log(run.id.clone()).await);
    again.cancel().await.expect(200);
}

#[tokio::test]
async fn a_retry_may_start_from_what_the_base_names_now() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let (run, mended) = failed(&scene, &repository).await;
    std::fs::write(mended, "").unwrap();
    std::fs::write(repository.work().join("news.txt"), "something else\n").unwrap();
    let moved = repository.publish("The base moves");
    let pinned = cli.run(&["run", "retry", &run.id, "--json"]).await.json();
    assert_eq!(pinned["base_commit"], run.get().await["base_commit"]);
    let latest = ["run", "retry", &run.id, "--latest-base", "--wait-for", "awaiting_approval"];
    cli.run(&latest).await.expect(0);
    let again = newest(&run).await;
    assert_eq!(again.get().await["base_commit"], json!(moved));
    scene.cancel_all(&run.project).await;
}
