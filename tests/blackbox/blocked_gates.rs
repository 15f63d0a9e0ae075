//! Gates whose evidence cannot be built: they say why and what to do, take no decision, and open once it is mended.

use crate::evidence::{gate_of, with_report};
use crate::support::workflows::CANCELLED_BY_REJECTION;
use crate::support::{Backend, Pipe, Repository, Run, Scene};
use serde_json::{Value, json};
use test_case::test_case;

/// Tests first and the agent after them: nobody has seen the candidate's tree pass.
const TESTED_TOO_EARLY: &str = r"
name: NAME
steps:
  - { key: tests, uses: test }
  - { key: work, uses: agent }
  - { key: gate, uses: approval }
  - { key: ship, uses: ship }
";

/// The gate is blocked for this reason, tells what to do, and takes no decision.
pub async fn assert_blocked(run: &Run, reason: &str) {
    let before = run.get().await;
    let approval = run.approval().await;
    assert_eq!(approval["status"], "blocked");
    assert_eq!(approval["evidence"]["complete"], false);
    assert_eq!(approval["evidence"]["digest"], Value::Null);
    let missing = approval["evidence"]["missing_fields"].as_array().unwrap();
    assert!(!missing.is_empty(), "{approval:#}");
    let diagnostic = &approval["diagnostics"][0];
    assert_eq!(diagnostic["error_type"], "approval_context_generation_failed");
    assert_eq!(diagnostic["operation"], "build_approval_context");
    assert_eq!(diagnostic["reason"], reason, "{approval:#}");
    for field in ["detail", "remediation", "at"] {
        assert!(!diagnostic[field].as_str().unwrap().is_empty(), "{diagnostic:#}");
    }
    assert_eq!(before["status"], "awaiting_approval");
    assert_eq!(before["diagnostics"]["approval_context"], 1, "{before:#}");
    let any = format!("sha256:{}", "0".repeat(64));
    for action in ["approve", "reject"] {
        run.decide(action, &any, json!({ "rationale": "no" })).await.problem(409, "approval_context_blocked");
        let entry =
            before["allowed_actions"].as_array().unwrap().iter().find(|entry| entry["action"] == action);
        let entry = entry.unwrap();
        assert_eq!((&entry["allowed"], &entry["code"]), (&json!(false), &json!("approval_context_blocked")));
    }
    assert_eq!(run.get().await, before);
    let diagnostics = run.part("diagnostics").await;
    assert_eq!(
        diagnostics["items"][0]["error_type"], "approval_context_generation_failed",
        "{diagnostics:#}"
    );
}

#[tokio::test]
async fn tests_that_ran_on_another_tree_block_the_gate() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::sound();
    let definition = TESTED_TOO_EARLY;
    let mut run = scene.run(&repository, "takes_risks", definition).await;
    run.wait_for("approval_blocked").await;
    assert_blocked(&run, "tests_ran_on_other_tree").await;
    assert_eq!(repository.branches().len(), 1);
    run.cancel().await.expect(200);
    assert_eq!(run.wait_for_end().await["status"], "cancelled", "cancel stays open");
    assert_eq!(run.approval().await["status"], "cancelled");
}

#[test_case("true", "report_missing"; "no file matches")]
#[test_case("mkdir -p out; echo '<testsuite' > out/r.xml", "report_malformed"; "the file is no junit xml")]
#[tokio::test]
async fn a_declared_report_that_cannot_be_read_blocks_the_gate(command: &str, reason: &str) {
    let scene = Scene::shared(Backend::Sqlite);
    let (_repository, mut run) = gate_of(&scene, "mends", &with_report(command)).await;
    run.wait_for("approval_blocked").await;
    assert_blocked(&run, reason).await;
    let refreshed = run.refresh().await.expect(200);
    assert_eq!(refreshed["status"], "blocked", "refreshing mends nothing here: {refreshed:#}");
    assert_eq!(refreshed["diagnostics"][0]["reason"], reason, "{refreshed:#}");
    let names = run.event_names().await;
    let blocked = names.iter().filter(|name| *name == "approval_blocked(gate)").count();
    assert_eq!(blocked, 2, "each try is on record: {names:#?}");
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_blocked_gate_opens_when_its_cause_is_mended_and_it_is_refreshed() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let place = scene.scratch();
    let mut reached = Pipe::new(&place.join("reached"));
    // The tests report and then wait, so that the remote can vanish before the gate is built.
    let command = format!(
        "bash check.sh; echo here > {}; until [ -e {}/gone ]; do sleep 0.05; done",
        reached.path(),
        place.display()
    );
    let definition = CANCELLED_BY_REJECTION.replace(
        "uses: test }",
        &format!("uses: test, with: {{ command: [bash, -c, {}] }} }}", json!(command)),
    );
    let mut run = scene.run(&repository, "mends", &definition).await;
    reached.line(|| scene.server.log()).await;
    let aside = repository.folder().join("aside.git");
    std::fs::rename(repository.remote(), &aside).unwrap();
    std::fs::write(place.join("gone"), "").unwrap();
    run.wait_for("approval_blocked").await;
    assert_blocked(&run, "repository_unreadable").await;

    std::fs::rename(&aside, repository.remote()).unwrap();
    let refreshed = run.refresh().await.expect(200);
    assert_eq!(refreshed["status"], "pending", "{refreshed:#}");
    run.wait_for("approval_refreshed").await;
    run.wait_for("approval_requested").await;
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn a_base_that_is_lost_blocks_the_gate_until_it_is_there_again() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let shown = run.digest().await;
    let mirror = scene.server.data().join(format!("mirrors/{}.git", run.project));
    let aside = scene.scratch().join("mirror");
    std::fs::rename(&mirror, &aside).unwrap();
    repository.forget_history();

    assert_eq!(run.refresh().await.expect(200)["status"], "blocked");
    assert_blocked(&run, "base_missing").await;
    run.decide("approve", &shown, json!({})).await.problem(409, "approval_context_blocked");

    let _ = std::fs::remove_dir_all(&mirror);
    std::fs::rename(&aside, &mirror).unwrap();
    let refreshed = run.refresh().await.expect(200);
    assert_eq!(refreshed["status"], "pending", "{refreshed:#}");
    let notes = refreshed["evidence"]["risk_notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "base_moved"), "{notes:#?}");
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[test_case("{ diff_summary: none, test_summary: none }", "outputs_missing"; "a block is missing")]
#[test_case("{ diff_summary: none, test_summary: none, risk_notes: 7 }", "outputs_malformed"; "a block has another shape")]
#[tokio::test]
async fn outputs_that_are_no_evidence_block_the_gate_of_a_run_without_a_repository(
    outputs: &str,
    reason: &str,
) {
    let scene = Scene::shared(Backend::Sqlite);
    let project = scene.bare_project().await;
    let definition = format!(
        "name: NAME\nsteps:\n  - {{ key: blocks, uses: set, with: {{ outputs: {outputs} }} }}\n  - {{ key: gate, uses: approval, with: {{ evidence_from: blocks }} }}\n"
    );
    let workflow = scene.publish(&definition).await;
    let mut run = scene.start(&project, &workflow, json!({})).await;
    run.wait_for("approval_blocked").await;
    assert_blocked(&run, reason).await;
    assert_eq!(run.refresh().await.expect(200)["status"], "blocked", "what the step gave does not change");
    run.cancel().await.expect(200);
}
