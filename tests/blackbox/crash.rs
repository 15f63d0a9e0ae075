//! What a server that is killed leaves behind, and what the next one makes of it.

use crate::blocked_gates::assert_blocked;
use crate::failures::assert_failed;
use crate::support::repository::assert_git_sound;
use crate::support::{Backend, Options, Pipe, Repository, Run, Scene};
use serde_json::json;
use std::path::Path;
use test_case::test_case;

fn scene_on(backend: Backend) -> Scene {
    // PostgreSQL is shared: there the next server waits until the dead one's lease has run out.
    Scene::own(&Options { lease_seconds: 3, ..Options::on(backend) })
}

/// A shell text that reports to `started` and then waits for ever, unless `released` exists.
fn waiting(place: &Path, started: &str) -> String {
    format!("if [ ! -e {0}/released ]; then echo started > {started}; sleep 86399; fi", place.display())
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_server_killed_during_the_tests_is_followed_by_one_that_brings_the_run_to_its_gate(
    backend: Backend,
) {
    let scene = scene_on(backend);
    let repository = Repository::broken();
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let script = format!("{}; exec bash check.sh", waiting(&place, started.path()));
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: tests, uses: test, with: {{ command: [bash, -c, {}] }} }}\n  - {{ key: gate, uses: approval }}\n  - {{ key: ship, uses: ship }}\n",
        json!(script)
    );
    let mut run = scene.run(&repository, "mends", &definition).await;
    started.line(|| scene.server.log()).await;
    scene.server.kill();
    scene.server.wait_for_no_process();
    std::fs::write(place.join("released"), "").unwrap();
    scene.server.begin();

    run.wait_for("approval_requested").await;
    assert_eq!(run.attempt_states("tests").await, ["lost", "succeeded"]);
    assert_eq!(run.attempt_states("work").await, ["succeeded"], "what was done is not done again");
    let lost = run.events().await.into_iter().find(|event| event["event"] == "step_failed").unwrap();
    assert_eq!(lost["data"]["reason"], "worker_lost", "{lost}");
    assert_eq!(lost["data"]["will_retry"], true, "{lost}");
    let approval = run.approval().await;
    assert_eq!(approval["evidence"]["test_summary"]["passed"], 2);
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let candidate = approval["evidence"]["diff_summary"]["commit"].as_str().unwrap();
    assert_eq!(repository.branches()[approval["destination"]["branch"].as_str().unwrap()], candidate);
    assert_repositories_sound(&scene, &repository, &run);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_step_that_must_not_be_repeated_fails_its_run_when_its_server_is_killed(backend: Backend) {
    let scene = scene_on(backend);
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let script = format!("echo once >> {}/effects; {}", place.display(), waiting(&place, started.path()));
    let project = scene.bare_project().await;
    let workflow = scene.publish(&crate::support::workflows::one_command(&script)).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    started.line(|| scene.server.log()).await;
    scene.server.kill();
    scene.server.wait_for_no_process();
    std::fs::write(place.join("released"), "").unwrap();
    scene.server.begin();

    assert_failed(&mut run, ("infrastructure", "worker_lost", "only", None, "full_run")).await;
    assert_eq!(std::fs::read_to_string(place.join("effects")).unwrap(), "once\n", "it ran once");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_server_killed_while_it_pushes_is_followed_by_one_that_ships_exactly_once(backend: Backend) {
    let scene = scene_on(backend);
    let repository = Repository::broken();
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let mut run = scene.gate(&repository).await;
    let approval = run.approval().await;
    // The remote's own hook holds the push: it has begun, and nobody can say whether it will come through.
    repository
        .hook("pre-receive", &format!("#!/bin/sh\ncat > /dev/null\n{}\n", waiting(&place, started.path())));
    run.approve().await;
    started.line(|| scene.server.log()).await;
    run.cancel().await.problem(409, "shipping_in_progress");
    scene.server.kill();
    std::fs::write(place.join("released"), "").unwrap();
    scene.server.begin();

    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(run.attempt_states("commit_and_pr").await, ["lost", "succeeded"]);
    let candidate = approval["evidence"]["diff_summary"]["commit"].as_str().unwrap();
    let branches = repository.branches();
    assert_eq!(branches[approval["destination"]["branch"].as_str().unwrap()], candidate);
    assert_eq!(branches.len(), 2, "{branches:#?}");
    let names = run.event_names().await;
    assert_eq!(names.iter().filter(|name| *name == "run_completed").count(), 1);
    assert_repositories_sound(&scene, &repository, &run);
    end_hooks(&repository);
}

#[tokio::test]
async fn a_server_killed_at_a_gate_forgets_nothing_of_it() {
    let scene = scene_on(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let (before, approval) = (run.get().await, run.approval().await);
    scene.server.kill();
    scene.server.begin();
    assert_eq!((run.get().await, run.approval().await), (before, approval));
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_repositories_sound(&scene, &repository, &run);
}

#[tokio::test]
async fn a_server_that_is_stopped_during_the_tests_ends_them_and_the_next_one_goes_on() {
    let scene = scene_on(Backend::Sqlite);
    let repository = Repository::broken();
    let place = scene.scratch();
    let mut started = Pipe::new(&place.join("started"));
    let script = format!("{}; exec bash check.sh", waiting(&place, started.path()));
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: work, uses: agent }}\n  - {{ key: tests, uses: test, with: {{ command: [bash, -c, {}] }} }}\n  - {{ key: gate, uses: approval }}\n",
        json!(script)
    );
    let mut run = scene.run(&repository, "mends", &definition).await;
    started.line(|| scene.server.log()).await;
    scene.server.stop();
    scene.server.wait_for_no_process();
    std::fs::write(place.join("released"), "").unwrap();
    scene.server.begin();
    run.wait_for("approval_requested").await;
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_folder_does_not_start() {
    let scene = Scene::shared(Backend::Sqlite);
    let mut command = scene.server.command(&["serve", "--listen", "127.0.0.1:0"]);
    let output = crate::support::program::output_of(command.arg("--data").arg(scene.server.data()));
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(scene.server.is_running());
}

/// The mirror, the remote, and no workspace of a run that has ended.
fn assert_repositories_sound(scene: &Scene, repository: &Repository, run: &Run) {
    assert_git_sound(&scene.server.data().join("mirrors").join(format!("{}.git", run.project)));
    repository.assert_sound();
}

/// Ends the hook that the killed server's push left waiting: it is the remote's process, not the server's, and only
/// here are both on one machine. What the server left of the push must end by itself then.
fn end_hooks(repository: &Repository) {
    let left = crate::support::processes::of("no marker", repository.folder());
    for (pid, _) in left.into_iter().filter(|(_, arguments)| arguments.starts_with("sleep")) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        // It may end by itself at this moment.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

#[tokio::test]
async fn a_run_whose_pinned_definition_proves_corrupt_fails_with_that_reason() {
    let scene = scene_on(Backend::Postgres);
    let repository = Repository::broken();
    let mut waiting = scene.gate(&repository).await;
    let shown_again = scene.gate(&repository).await;
    let workflow = waiting.get().await["workflow"].clone();
    scene.server.stop();
    let tampered = "UPDATE workflow_versions SET document = replace(document, 'Fix', 'Break') WHERE name = ";
    scene.server.psql(&format!("{tampered}{}", quoted(&workflow))).unwrap();
    scene.server.begin();
    // It is still there to be read, and its gate still takes a decision; what would follow is not known.
    assert_eq!(waiting.get().await["status"], "awaiting_approval");
    assert!(waiting.part("steps").await["items"].as_array().is_some_and(|steps| steps.len() == 4));
    assert_eq!(shown_again.refresh().await.expect(200)["status"], "blocked");
    assert_blocked(&shown_again, "pinned_document_corrupt").await;
    shown_again.cancel().await.expect(200);
    waiting.approve().await;
    let expected =
        ("infrastructure", "pinned_document_corrupt", "request_approval", Some("run_tests"), "none");
    assert_failed(&mut waiting, expected).await;
    let retry = format!("{}/retry", waiting.path);
    scene.api.post(&retry, &json!({})).await.problem(409, "policy_violation");
    assert_eq!(repository.branches().len(), 1, "nothing was shipped");
    scene.server.check();
}

/// The workflow's name as a literal of SQL.
fn quoted(workflow: &serde_json::Value) -> String {
    format!("'{}'", workflow["name"].as_str().unwrap())
}
