//! Wrong inputs: every fault at once, in words, by the names that the command line has for things.

use crate::support::{Backend, Cli, Said, Scene, unique};
use serde_json::json;

/// Fails unless each of these begins a line of its own.
fn assert_named(said: &Said, names: &[&str]) {
    for name in names {
        let line = said.stderr.lines().map(str::trim).find(|line| line.starts_with(&format!("{name}: ")));
        let line = line.unwrap_or_else(|| panic!("no line on {name}: {}", said.describe()));
        assert!(line.ends_with('.') && line.split_whitespace().count() > 2, "no sentence: {line}");
    }
}

async fn assert_no_run(scene: &Scene, project: &str) {
    let runs = scene.api.get(&format!("/projects/{project}/runs")).await.expect(200);
    assert_eq!(runs["items"], json!([]), "nothing was started");
}

const TYPED: &str = "
name: NAME
inputs:
  type: object
  properties: { text: { type: string, minLength: 3 }, number: { type: integer }, list: { type: array } }
  required: [text]
  additionalProperties: false
steps:
  - { key: only, uses: set, with: { outputs: {} } }
";

#[tokio::test]
async fn all_faults_of_a_start_are_told_at_once() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    let workflow = scene.publish(TYPED).await;
    let start = ["run", "start", &workflow, "--project", &project];
    let with = |more: &[&'static str]| [&start[..], more].concat();
    let said = cli.run(&start).await.expect(1);
    assert_named(&said, &["--input text"]);
    let long = Box::leak(format!("area={}", "x".repeat(64)).into_boxed_str());
    let wrong = with(&["--title", " blanks ", "--label", long, "--version", "0"]);
    let said = cli.run(&wrong).await.expect(1);
    assert_named(&said, &["--title", "--label area", "--version"]);
    let said = cli.run(&with(&["--input", "text=ab", "--input", "colour=red"])).await.expect(1);
    assert_named(&said, &["--input text", "--input colour"]);
    let said = cli
        .run(&with(&[
            "--input",
            "number=seven",
            "--input",
            "list=no",
            "--input",
            "text=ab",
            "--input",
            "colour=red",
        ]))
        .await
        .expect(1);
    assert_named(&said, &["--input number", "--input list", "--input text", "--input colour"]);
    let said = cli.run(&["run", "start", "no_such_flow", "--project", &project]).await.expect(1);
    assert_named(&said, &["WORKFLOW"]);
    assert_no_run(&scene, &project).await;
}

#[tokio::test]
async fn all_faults_of_a_project_are_told_at_once() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let add = [
        "project",
        "add",
        "",
        "--repository",
        "https://user:secret@example.org/x.git",
        "--agent",
        "",
        "--branch-pattern",
        "always-the-same",
    ];
    let said = cli.run(&add).await.expect(1);
    assert_named(&said, &["NAME", "--repository", "--agent", "--branch-pattern"]);
    assert!(!said.stderr.contains("secret@"), "a password is not repeated: {}", said.describe());
}

#[tokio::test]
async fn a_file_that_is_missing_or_no_json_object_is_told() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    let (list, broken) = (cli.file("list.json", "[1]"), cli.file("broken.json", "{\"a\": "));
    let absent = format!("{list}.absent");
    for (file, code) in [(&list, 2), (&broken, 2), (&absent, 3)] {
        let start = ["run", "start", "fix_failing_tests", "--project", &project, "--inputs", file];
        cli.run(&start).await.expect(code).tells(&[file]);
    }
    let from_file = format!("failure_signal={absent}");
    let start = ["run", "start", "fix_failing_tests", "--project", &project, "--input-file", &from_file];
    cli.run(&start).await.expect(3).tells(&[&absent]);
    assert_no_run(&scene, &project).await;
}

#[tokio::test]
async fn a_rationale_that_is_demanded_is_told_as_missing() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    let policy = "rationale_on_reject: required, on_reject: { action: cancel }";
    let run = scene.at_gate(&project, policy).await;
    let said = cli.run(&["run", "reject", &run.id]).await.expect(1);
    assert_named(&said, &["--rationale"]);
    assert_eq!(run.get().await["status"], "awaiting_approval");
    cli.run(&["run", "reject", &run.id, "--rationale", &unique("because")]).await.expect(0);
    assert_eq!(run.get().await["status"], "cancelled");
}
