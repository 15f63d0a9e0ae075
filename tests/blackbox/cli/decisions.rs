//! Approving exactly what was reviewed, whatever happens in between.

use crate::evidence::{gate_of, with_report};
use crate::support::workflows::one_command;
use crate::support::{Backend, Cli, Relay, Repository, Run, Scene, unique};
use serde_json::json;
use test_case::test_case;

/// Moves the base branch and lets the gate look again: it shows other evidence now.
pub async fn change_evidence(repository: &Repository, run: &Run) -> String {
    std::fs::write(repository.work().join("news.txt"), "something else\n").unwrap();
    repository.publish("The base moves");
    let refreshed = run.refresh().await.expect(200);
    refreshed["evidence"]["digest"].as_str().unwrap().to_owned()
}

/// Fails unless the gate still waits and nothing came of any attempt to pass it.
pub async fn assert_undecided(run: &Run, repository: &Repository) {
    assert_eq!(run.get().await["status"], "awaiting_approval");
    assert_eq!(run.approval().await["decisions"], json!([]));
    assert_eq!(repository.branches().len(), 1, "nothing was shipped");
}

#[tokio::test]
async fn without_a_terminal_nothing_is_approved_that_nobody_named() {
    let (scene, repository, mut run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    cli.run(&["run", "approve", &run.id]).await.expect(2).tells(&["--evidence", "--yes"]);
    cli.run_reading(&["run", "approve", &run.id], "y\n").await.expect(2);
    let digest = run.digest().await;
    let both = ["run", "approve", &run.id, "--yes", "--evidence", &digest];
    cli.run(&both).await.expect(2);
    cli.run(&["run", "approve", &run.id, "--evidence", "sha256:0"]).await.expect(2);
    assert_undecided(&run, &repository).await;
    cli.run(&["run", "approve", &run.id, "--yes"]).await.expect(0);
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(run.approval().await["decisions"][0]["evidence_digest"], json!(digest));
}

#[tokio::test]
async fn evidence_that_changed_since_it_was_shown_is_not_approved() {
    let (scene, repository, run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let reviewed = run.digest().await;
    let current = change_evidence(&repository, &run).await;
    assert_ne!(current, reviewed);
    for decision in ["approve", "reject"] {
        let decide = ["run", decision, &run.id, "--evidence", &reviewed];
        cli.run(&decide).await.expect(7).tells(&[&current]);
        assert_undecided(&run, &repository).await;
    }
    run.cancel().await.expect(200);
}

/// The client looks, the evidence changes, and only then the client goes on.
#[test_case("--evidence"; "of what was named")]
#[test_case("--yes"; "of whatever is there")]
#[tokio::test]
async fn evidence_that_changes_while_the_approval_is_on_its_way_is_not_approved(choice: &str) {
    let (scene, repository, run) = super::at_gate().await;
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let reviewed = run.digest().await;
    let mut approve = vec!["run", "approve", &run.id, choice];
    approve.extend((choice == "--evidence").then_some(reviewed.as_str()));
    let gate = run.approval_path().await;
    let caught = relay.hold_what_follows("GET", gate.rsplit_once('/').unwrap().1);
    let command = cli.begin(&approve);
    caught.seen().await;
    let current = change_evidence(&repository, &run).await;
    assert_ne!(current, reviewed);
    caught.release();
    command.end().await.expect(7).tells(&[&current]);
    assert_undecided(&run, &repository).await;
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_decision_whose_answer_is_lost_on_the_way_counts_once() {
    let (scene, repository, mut run) = super::at_gate().await;
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let lost = relay.lose_answer("POST", "/approve");
    let said = cli.run(&["run", "approve", &run.id, "--yes", "--json"]).await.json();
    lost.seen().await;
    assert_eq!(said["status"], "approved", "{said:#}");
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(run.approval().await["decisions"].as_array().unwrap().len(), 1);
    let sent: Vec<String> = relay.heads().into_iter().filter(|head| head.contains("/approve ")).collect();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert_eq!(sent[0], sent[1], "the second is the first one again, its key too");
    assert_eq!(repository.branches().len(), 2);
}

/// Every command that makes or changes something, when the server has carried it out and its answer is lost.
#[tokio::test]
async fn a_command_whose_answer_is_lost_on_the_way_has_worked_once() {
    let (scene, _repository, run) = super::at_gate().await;
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let (name, flow) = (unique("project"), unique("flow"));
    let file = cli.file("flow.yaml", &one_command("true").replace("NAME", &flow));
    for (path, command) in [
        ("/projects", vec!["project", "add", &name]),
        ("/versions", vec!["workflow", "publish", &file]),
        ("/reject", vec!["run", "reject", &run.id, "--rationale", "Once more."]),
        ("/cancel", vec!["run", "cancel", &run.id]),
        ("/retry", vec!["run", "retry", &run.id]),
    ] {
        let lost = relay.lose_answer("POST", path);
        cli.run(&command).await.expect(0);
        lost.seen().await;
    }
    let projects = scene.api.get(&format!("/projects?name={name}")).await.expect(200);
    assert_eq!(projects["items"].as_array().unwrap().len(), 1, "{projects:#}");
    assert_eq!(scene.api.get(&format!("/workflows/{flow}")).await.expect(200)["newest_version"], 1);
    let transitions = run.transitions().await;
    let rejections = transitions.iter().filter(|transition| transition.contains("approval_rejected"));
    assert_eq!(rejections.count(), 1, "{transitions:#?}");
    let lineage = run.part("lineage").await;
    assert_eq!(lineage["attempts"].as_array().unwrap().len(), 2, "{lineage:#}");
    scene.cancel_all(&run.project).await;
}

#[tokio::test]
async fn a_start_whose_answer_is_lost_on_the_way_makes_one_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let relay = Relay::to(&scene.server).await;
    let cli = Cli::at(&relay.address(), &scene.server.create_token());
    let project = scene.bare_project().await;
    let workflow = scene.publish(&crate::support::workflows::one_command("true")).await;
    let lost = relay.lose_answer("POST", "/runs");
    cli.run(&["run", "start", &workflow, "--project", &project, "--watch"]).await.expect(0);
    lost.seen().await;
    let runs = scene.api.get(&format!("/projects/{project}/runs")).await.expect(200);
    assert_eq!(runs["items"].as_array().unwrap().len(), 1, "{runs:#}");
}

#[tokio::test]
async fn a_blocked_gate_says_what_to_do_and_takes_no_decision() {
    let scene = Scene::shared(Backend::Sqlite);
    let cli = Cli::of(&scene);
    let (repository, mut run) = gate_of(&scene, "mends", &with_report("true")).await;
    run.wait_for("approval_blocked").await;
    let diagnostic = run.approval().await["diagnostics"][0].clone();
    let show = cli.run(&["run", "show", &run.id]).await.done();
    for field in ["detail", "remediation"] {
        assert!(show.contains(diagnostic[field].as_str().unwrap()), "{field} is not shown:\n{show}");
    }
    let any = format!("sha256:{}", "0".repeat(64));
    for decision in [&["approve", "--yes"][..], &["approve", "--evidence", &any], &["reject"]] {
        let decide = [&["run", decision[0], &run.id], &decision[1..]].concat();
        cli.run(&decide).await.expect(7).tells(&["blocked"]);
    }
    assert_undecided(&run, &repository).await;
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_gate_that_was_decided_keeps_its_outcome() {
    let (scene, repository, mut run) = super::at_gate().await;
    let cli = Cli::of(&scene);
    let digest = run.digest().await;
    cli.run(&["run", "approve", &run.id, "--evidence", &digest, "--wait"]).await.expect(0);
    let approval = run.approval().await;
    // The same person's same decision is the one that stands; the other one is refused.
    let again = ["run", "approve", &run.id, "--evidence", &digest];
    assert!(cli.run(&again).await.done().contains("already"));
    let changed = [&again[..], &["--rationale", "another reason"]].concat();
    cli.run(&changed).await.expect(7).tells(&["approved already", "rationale"]);
    cli.run(&["run", "reject", &run.id, "--evidence", &digest]).await.expect(7);
    assert_eq!(run.approval().await, approval);
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(repository.branches().len(), 2);
}
