//! The main job: a run works on a real repository, stops at its gate, and ships exactly what was approved.

use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION};
use crate::support::{Backend, Repository, Scene, assert_instant};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_case::test_case;

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn an_approval_ships_exactly_the_candidate_of_the_evidence(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let base = repository.ask(&["rev-parse", "main"]);
    let mut run = scene.gate(&repository).await;
    assert_eq!(repository.branches().len(), 1, "nothing is pushed before the approval");

    let approval = run.approval().await;
    let change = &approval["evidence"]["diff_summary"];
    assert_eq!(change["base"], base);
    assert_eq!(
        (&change["files_changed"], &change["additions"], &change["deletions"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let file =
        json!({ "path": "value.txt", "status": "modified", "additions": 1, "deletions": 1, "binary": false });
    for (name, value) in file.as_object().unwrap() {
        assert_eq!(&change["files"][0][name], value, "{change:#}");
    }
    let tests = &approval["evidence"]["test_summary"];
    assert_eq!(tests["tree"], change["tree"], "the tests ran on the tree that ships");
    for (name, value) in [("total", 2), ("passed", 2), ("failed", 0), ("skipped", 0), ("exit_code", 0)] {
        assert_eq!(tests[name], value, "{tests:#}");
    }
    assert_eq!(tests["fixed"], json!(["value is good"]), "{tests:#}");
    assert_eq!(tests["newly_failing"], json!([]));
    assert_eq!(approval["evidence"]["complete"], true);
    assert_eq!(approval["evidence"]["missing_fields"], json!([]));
    assert!(approval["evidence"]["risk_notes"].is_array());
    let branch = approval["destination"]["branch"].as_str().unwrap().to_owned();
    let digits: String = run.id.replace('-', "");
    assert_eq!(branch, format!("jidocode/fix_failing_tests/{}", &digits[digits.len() - 12..]));
    assert_eq!(approval["destination"]["mode"], "push");

    let decided = run.approve().await;
    assert_eq!(decided["status"], "approved");
    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "completed", "{}", run.describe().await);

    let commit = change["commit"].as_str().unwrap();
    let expected = BTreeMap::from([("main".to_owned(), base.clone()), (branch.clone(), commit.to_owned())]);
    assert_eq!(repository.branches(), expected);
    assert_eq!(repository.references().len(), 2, "the remote got that branch and nothing else");
    assert_eq!(repository.ask(&["rev-list", "--parents", "-1", commit]), format!("{commit} {base}"));
    assert_eq!(
        repository.ask(&["rev-parse", &format!("{commit}^{{tree}}")]),
        change["tree"].as_str().unwrap()
    );
    assert_eq!(repository.ask(&["show", &format!("{commit}:value.txt")]), "good");
    let message = repository.ask(&["log", "-1", "--format=%B", commit]);
    assert!(message.contains(&format!("Jido-Run: {}", run.id)), "{message}");
    assert!(message.contains("Jido-Workflow: fix_failing_tests@1"), "{message}");
    repository.assert_sound();

    let shipped = run.attempts("commit_and_pr").await;
    assert_eq!(shipped[0]["outputs"]["commit"], commit, "{shipped:#?}");
    assert_eq!(shipped[0]["outputs"]["branch"], branch);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn the_events_and_transitions_of_an_approved_run_come_in_the_documented_order(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    run.approve().await;
    run.wait_for_end().await;

    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(reproduce_failure)",
            "step_completed(reproduce_failure)",
            "step_started(run_coding_agent)",
            "step_completed(run_coding_agent)",
            "step_started(run_tests)",
            "step_completed(run_tests)",
            "step_started(request_approval)",
            "approval_requested(request_approval)",
            "approval_granted(request_approval)",
            "step_completed(request_approval)",
            "step_started(commit_and_pr)",
            "step_completed(commit_and_pr)",
            "run_completed",
        ]
    );
    let created = run.get().await;
    for event in run.events().await {
        assert_eq!(event["topic"], format!("jido_code:run:{}", run.id));
        assert_eq!(event["run_id"], run.id);
        assert_eq!(event["project_id"], run.project);
        assert_eq!(event["workflow_name"], "fix_failing_tests");
        assert_eq!(event["workflow_version"], 1);
        assert_eq!(event["correlation_id"], created["correlation_id"]);
        assert_instant(&event["timestamp"]);
        let name = event["event"].as_str().unwrap();
        let by_person = name == "run_created"
            || name == "approval_granted"
            || (name == "step_completed" && event["step"] == "request_approval");
        let kind = if by_person { "user" } else { "system" };
        assert_eq!(event["actor"]["kind"], kind, "{event}");
    }
    let moves = run.transitions().await;
    assert_eq!(
        moves,
        [
            "null -> pending (run_created)",
            "pending -> running (run_started)",
            "running -> awaiting_approval (approval_requested)",
            "awaiting_approval -> running (approval_granted)",
            "running -> completed (run_completed)",
        ]
    );
    let listed = run.part("transitions").await;
    let granted = &listed["items"][3];
    assert_eq!(granted["actor"]["name"], "owner", "{granted}");
    assert_eq!(granted["step"], "request_approval");
    assert_eq!(listed["items"][2]["step"], "request_approval");
    for item in listed["items"].as_array().unwrap() {
        assert_instant(&item["at"]);
    }
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_rejection_under_the_cancel_policy_cancels_the_run_and_leaves_no_branch(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let before = repository.branches();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let rejected = run.reject("Not like this.").await;
    assert_eq!(rejected["status"], "rejected");
    assert_eq!(rejected["decisions"][0]["decision"], "rejected");
    assert_eq!(rejected["decisions"][0]["rationale"], "Not like this.");
    assert_eq!(rejected["decisions"][0]["actor"]["name"], "owner");
    assert_instant(&rejected["decisions"][0]["at"]);
    assert_eq!(rejected["outcome"]["decided_by"]["name"], "owner");

    let ended = run.wait_for_end().await;
    assert_eq!(ended["status"], "cancelled");
    assert_eq!(ended["failure"], Value::Null);
    assert_eq!(repository.branches(), before);
    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(work)",
            "step_completed(work)",
            "step_started(tests)",
            "step_completed(tests)",
            "step_started(gate)",
            "approval_requested(gate)",
            "approval_rejected(gate)",
            "run_cancelled",
        ]
    );
    assert_eq!(run.transitions().await.last().unwrap(), "awaiting_approval -> cancelled (approval_rejected)");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_rejection_with_a_route_reaches_the_agent_and_the_second_round_ships(backend: Backend) {
    const RATIONALE: &str = "Say why in a note, please.";
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let first = run.approval().await;
    assert_eq!(first["policy"]["on_reject"]["round"], 1);
    assert_eq!(first["on_reject"], json!(["work", "tests", "gate"]));
    assert_eq!(first["on_approve"], json!(["ship"]));
    run.reject(RATIONALE).await;
    let restarted = run.wait_for_step("work").await;
    assert_eq!(restarted["attempt"], 2, "{restarted}");
    run.wait_for("approval_requested").await;

    let second = run.approval().await;
    assert_ne!(second["id"], first["id"], "each round has a gate of its own");
    assert_ne!(second["evidence"]["digest"], first["evidence"]["digest"]);
    assert_eq!(second["policy"]["on_reject"]["round"], 2);
    let patch = run.part("diff").await["patch"].as_str().unwrap().to_owned();
    assert!(patch.contains("+nobody rejected anything"), "{patch}");
    assert!(patch.contains(RATIONALE), "the agent was told why: {patch}");

    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let commit = second["evidence"]["diff_summary"]["commit"].as_str().unwrap();
    let branch = second["destination"]["branch"].as_str().unwrap();
    assert_eq!(repository.branches()[branch], commit);
    let prompt = repository.ask(&["show", &format!("{commit}:prompt.txt")]);
    assert!(prompt.contains(RATIONALE), "the prompt names the rationale too: {prompt}");
    let names = run.event_names().await;
    let rejected = names.iter().position(|name| name == "approval_rejected(gate)").unwrap();
    assert_eq!(names[rejected + 1], "step_started(work)", "{names:#?}");
    assert!(!names.contains(&"run_cancelled".to_owned()));
    assert!(run.transitions().await.contains(&"awaiting_approval -> running (approval_rejected)".to_owned()));
    assert_eq!(repository.branches().len(), 2);
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn a_run_without_a_repository_is_decided_on_the_outputs_that_its_gate_names(backend: Backend) {
    let scene = Scene::shared(backend);
    let project = scene.bare_project().await;
    let inputs = json!({ "issue_title": "The parser panics", "issue_body": "on empty input" });
    let mut run = scene.start(&project, "issue_triage", inputs).await;
    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    let evidence = &approval["evidence"];
    assert_eq!(evidence["diff_summary"]["text"], "No file changes. Issue: The parser panics");
    assert_eq!(evidence["test_summary"]["text"], "No tests: triage runs no code. The issue has 3 words.");
    assert_eq!(evidence["risk_notes"], json!([]));
    assert_eq!(approval["destination"], Value::Null);
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(
        run.event_names().await,
        [
            "run_created",
            "run_started",
            "step_started(read_issue)",
            "step_completed(read_issue)",
            "step_started(summarize)",
            "step_completed(summarize)",
            "step_started(request_approval)",
            "approval_requested(request_approval)",
            "approval_granted(request_approval)",
            "step_completed(request_approval)",
            "run_completed",
        ]
    );
}
