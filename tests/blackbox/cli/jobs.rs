//! The main job from a terminal alone: from a project to a pushed branch.

use crate::support::workflows::REROUTED_BY_REJECTION;
use crate::support::{Backend, Cli, Repository, Scene, unique};
use serde_json::{Value, json};
use test_case::test_case;

/// Makes a project by the command line; returns its name.
async fn project(cli: &Cli, repository: &Repository, agent: &str) -> String {
    let name = unique("project");
    let url = repository.url();
    let made =
        ["project", "add", &name, "--repository", &url, "--test-command", "bash check.sh", "--agent", agent];
    cli.run(&made).await.expect(0);
    name
}

/// Everything that `jido run show` knows of a run.
async fn shown(cli: &Cli, run: &str) -> Value {
    cli.run(&["run", "show", run, "--json"]).await.json()
}

fn digest(shown: &Value) -> String {
    shown["approval"]["evidence"]["digest"]
        .as_str()
        .unwrap_or_else(|| panic!("no evidence: {shown:#}"))
        .to_owned()
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_run_is_started_looked_at_approved_and_shipped_from_a_terminal(backend: Backend) {
    let scene = Scene::shared(backend);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let project = project(&cli, &repository, "mends").await;
    let start = [
        "run",
        "start",
        "fix_failing_tests",
        "--project",
        &project,
        "--title",
        "Mend the value",
        "--label",
        "area=parser",
        "--input",
        "failure_signal=value is good",
        "--watch",
        "--wait-for",
        "awaiting_approval",
    ];
    let started = cli.run(&start).await.expect(0);
    assert!(started.stdout.contains("approval requested"), "{}", started.describe());
    let run = format!("{project}/1");
    let show = cli.run(&["run", "show", &run]).await.done();
    for text in
        ["Mend the value", "area=parser", "awaiting approval", "value.txt", "run_coding_agent", "2 passed"]
    {
        assert!(show.contains(text), "{text} is not shown:\n{show}");
    }
    let before = shown(&cli, &run).await;
    let digest = digest(&before);
    assert!(show.contains(&digest), "the evidence is not named:\n{show}");
    let patch = cli.run(&["run", "diff", &run]).await.done();
    assert!(patch.contains("\n-bad\n+good\n"), "{patch}");
    assert_eq!(repository.branches().len(), 1, "nothing ships before the approval");

    let approve = ["run", "approve", &run, "--evidence", &digest, "--rationale", "Reviewed.", "--wait"];
    let approved = cli.run(&approve).await.expect(0);
    let watched = cli.run(&["run", "watch", &run]).await.expect(0);
    assert!(watched.stdout.contains("run completed"), "{}", watched.describe());
    let destination = before["approval"]["destination"]["branch"].as_str().unwrap();
    let commit = &before["approval"]["evidence"]["diff_summary"]["commit"];
    assert!(approved.stdout.contains(destination), "{}", approved.describe());
    assert_eq!(json!(repository.branches()[destination]), *commit);
    let vote = shown(&cli, &run).await["approval"]["decisions"][0].clone();
    assert_eq!((&vote["rationale"], &vote["evidence_digest"]), (&json!("Reviewed."), &json!(digest)));
}

#[tokio::test]
async fn the_printed_patch_is_what_git_applies() {
    let (scene, repository, run) = super::at_gate().await;
    let patch = Cli::of(&scene).run(&["run", "diff", &run.id]).await.done();
    let file = repository.folder().join("change.patch");
    std::fs::write(&file, patch).unwrap();
    let mut command = crate::support::repository::git();
    command.arg("-C").arg(repository.work()).args(["apply", "--index"]).arg(&file);
    crate::support::program::stdout_of(&mut command);
    assert_eq!(std::fs::read_to_string(repository.work().join("value.txt")).unwrap(), "good\n");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_rejected_run_goes_back_with_the_rationale_and_comes_again() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let repository = Repository::broken();
    let project = project(&cli, &repository, "listens").await;
    let workflow = scene.publish(REROUTED_BY_REJECTION).await;
    let started = cli.run(&["run", "start", &workflow, "--project", &project, "--json"]).await.json();
    let run = started["id"].as_str().unwrap();
    let watch = ["run", "watch", run, "--wait-for", "awaiting_approval"];
    cli.run(&watch).await.expect(0);
    let first = digest(&shown(&cli, run).await);
    let rationale = "Name the unit; say \"why\".";
    cli.run(&["run", "reject", run, "--evidence", &first, "--rationale", rationale]).await.expect(0);
    cli.run(&watch).await.expect(0);
    let second = digest(&shown(&cli, run).await);
    assert_ne!(second, first, "it came again with other evidence");
    let patch = cli.run(&["run", "diff", run]).await.done();
    assert!(patch.contains(rationale), "the agent was not told why:\n{patch}");
    cli.run(&["run", "approve", run, "--evidence", &second]).await.expect(0);
    cli.run(&["run", "watch", run]).await.expect(0);
    assert_eq!(repository.branches().len(), 2);
}

#[tokio::test]
async fn a_run_is_cancelled_with_its_reason_once() {
    let (scene, repository, mut run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let id = run.id.clone();
    let cancel = ["run", "cancel", &id, "--reason", "not needed any more"];
    let cancelled = cli.run(&cancel).await.expect(0);
    assert!(cancelled.stdout.contains("cancelled"), "{}", cancelled.describe());
    let events = run.events().await;
    assert_eq!(events.last().unwrap()["event"], "run_cancelled");
    let transitions = run.part("transitions").await["items"].clone();
    let last = transitions.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["to"], &last["metadata"]["detail"]),
        (&json!("cancelled"), &json!("not needed any more"))
    );
    cli.run(&cancel).await.expect(7).tells(&["cancelled"]);
    assert_eq!(run.events().await, events, "the second one did nothing");
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn a_run_is_named_by_id_by_number_and_by_the_address_of_its_page() {
    let (scene, _repository, run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let document = run.get().await;
    let project = scene.api.get(&format!("/projects/{}", run.project)).await.expect(200);
    let number = &document["number"];
    let names = [
        run.id.clone(),
        format!("{}/{number}", project["name"].as_str().unwrap()),
        format!("{}/{number}", run.project),
        document["page"].as_str().unwrap().to_owned(),
        format!("{}{}", scene.server.address(), document["page"].as_str().unwrap()),
    ];
    for name in names {
        assert_eq!(shown(&cli, &name).await["run"]["id"], json!(run.id), "{name}");
    }
    // Another server may be a copy, with the same ids.
    let elsewhere = format!("https://other.example{}", document["page"].as_str().unwrap());
    cli.run(&["run", "cancel", &elsewhere]).await.expect(2).tells(&["other.example", "--server"]);
    run.cancel().await.expect(200);
    // What was done in an archived project can still be looked at.
    scene.api.post(&format!("/projects/{}/archive", run.project), &json!({})).await.expect(200);
    for name in [run.id.clone(), format!("{}/{number}", project["name"].as_str().unwrap())] {
        assert_eq!(shown(&cli, &name).await["run"]["status"], "cancelled", "{name}");
    }
}

#[tokio::test]
async fn the_same_key_starts_one_run_and_inputs_come_from_options_files_and_standard_input() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let project = scene.bare_project().await;
    let definition = "
name: NAME
inputs:
  type: object
  properties: { text: { type: string }, number: { type: integer }, list: { type: array }, sure: { type: boolean } }
steps:
  - { key: only, uses: set, with: { outputs: {} } }
";
    let workflow = scene.publish(definition).await;
    let file = cli.file("text.txt", "two\nlines\n");
    let (text_file, key) = (format!("text={file}"), unique("key"));
    let start = [
        "run",
        "start",
        &workflow,
        "--project",
        &project,
        "--input-file",
        &text_file,
        "--input",
        "number=7",
        "--input",
        "list=[1,\"a\"]",
        "--input",
        "sure=true",
        "--idempotency-key",
        &key,
        "--json",
    ];
    let first = cli.run(&start).await.json();
    let inputs = json!({ "text": "two\nlines\n", "number": 7, "list": [1, "a"], "sure": true });
    assert_eq!(first["inputs"], inputs);
    assert_eq!(cli.run(&start).await.json()["id"], first["id"], "the same key is the same run");
    let other = [&start[..5], &["--idempotency-key", &key]].concat();
    cli.run(&other).await.expect(7);
    let piped = ["run", "start", &workflow, "--project", &project, "--inputs", "-", "--json"];
    let document = json!({ "text": "piped", "number": 1 });
    let said = cli.run_reading(&piped, &document.to_string()).await.json();
    assert_eq!((&said["inputs"], &said["number"]), (&document, &json!(2)));
    cli.run(&["run", "watch", said["id"].as_str().unwrap()]).await.expect(0);
    cli.run(&["run", "watch", first["id"].as_str().unwrap()]).await.expect(0);
}
