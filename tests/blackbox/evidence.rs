//! What a gate shows, when it shows nothing, and what a decision must name.

use crate::support::workflows::CANCELLED_BY_REJECTION;
use crate::support::{Backend, Repository, Run, Scene, agents, unique};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use test_case::test_case;

/// The definition with a report declared and this test command.
pub fn with_report(command: &str) -> String {
    CANCELLED_BY_REJECTION.replace(
        "uses: test }",
        &format!("uses: test, with: {{ report: 'out/*.xml', command: [bash, -c, {}] }} }}", json!(command)),
    )
}

const JUNIT: &str = r#"<testsuite name="s" tests="2" failures="0"><testcase classname="c" name="one"/><testcase classname="c" name="two"><skipped/></testcase></testsuite>"#;

pub async fn gate_of(scene: &Scene, agent: &str, definition: &str) -> (Repository, Run) {
    let repository = Repository::broken();
    let mut run = scene.run(&repository, agent, definition).await;
    run.wait_for_step("gate").await;
    (repository, run)
}

fn note<'a>(approval: &'a Value, code: &str) -> &'a Value {
    let notes =
        approval["evidence"]["risk_notes"].as_array().unwrap_or_else(|| panic!("no notes: {approval:#}"));
    notes.iter().find(|note| note["code"] == code).unwrap_or_else(|| panic!("no note {code}: {notes:#?}"))
}

#[tokio::test]
async fn a_declared_report_counts_and_not_what_the_tests_print() {
    let scene = Scene::shared(Backend::Sqlite);
    let command = format!("mkdir -p out; echo '{JUNIT}' > out/r.xml; echo '1..9'");
    let (_repository, mut run) = gate_of(&scene, "mends", &with_report(&command)).await;
    run.wait_for("approval_requested").await;
    let tests = run.approval().await["evidence"]["test_summary"].clone();
    assert_eq!(
        (&tests["total"], &tests["passed"], &tests["skipped"]),
        (&json!(2), &json!(1), &json!(1)),
        "{tests:#}"
    );
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_decision_must_name_the_evidence_that_the_gate_shows() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let before = run.get().await;
    let path = run.approval_path().await;
    let good = run.digest().await;
    for action in ["approve", "reject"] {
        let path = format!("{path}/{action}");
        let reply = run.api.post(&path, &json!({})).await;
        reply.problem(428, "precondition_required");
        for stale in [format!("sha256:{}", "0".repeat(64)), good.replace(&good[10..20], "abcdefabcd")] {
            let problem = run.decide(action, &stale, json!({})).await.problem(412, "stale_evidence");
            assert_eq!(problem["evidence_digest"], good);
        }
        for malformed in ["*", "sha256:0", &good, "\"\"", "W/\"x\""] {
            let request = run.api.posting(&path, &json!({})).header("If-Match", malformed);
            let reply = run.api.send(request).await;
            assert!((400..500).contains(&reply.status), "If-Match: {malformed}: {}", reply.describe());
            assert_eq!(reply.header("content-type"), "application/problem+json");
        }
    }
    assert_eq!(run.get().await, before, "nothing moved");
    assert_eq!(run.approval().await["decisions"], json!([]));
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn a_refreshed_gate_shows_that_its_base_has_moved_and_the_old_digest_is_stale() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let first = run.approval().await;
    std::fs::write(repository.work().join("news.txt"), "something else\n").unwrap();
    let moved = repository.publish("The base moves");
    let refreshed = run.refresh().await.expect(200);
    assert_eq!(refreshed["id"], first["id"]);
    assert_eq!(note(&refreshed, "base_moved")["level"], "medium");
    let old = first["evidence"]["digest"].as_str().unwrap();
    assert_ne!(refreshed["evidence"]["digest"], old);
    assert_eq!(refreshed["evidence"]["diff_summary"]["commit"], first["evidence"]["diff_summary"]["commit"]);
    let problem = run.decide("approve", old, json!({})).await.problem(412, "stale_evidence");
    assert_eq!(problem["evidence_digest"], refreshed["evidence"]["digest"]);
    assert_eq!(run.get().await["status"], "awaiting_approval");
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    assert_eq!(repository.branches()["main"], moved, "the base branch is left alone");
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn of_sixteen_deciders_at_once_one_outcome_wins(backend: Backend) {
    let scene = Scene::shared(backend);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "mends", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let digest = run.digest().await;
    let path = run.approval_path().await;
    let decide = |number: usize| {
        let action = if number.is_multiple_of(2) { "approve" } else { "reject" };
        let body = json!({ "rationale": format!("decider {number}") });
        let request =
            run.api.posting(&format!("{path}/{action}"), &body).header("If-Match", format!("\"{digest}\""));
        let api = run.api.clone();
        async move { (action, api.send(request).await) }
    };
    let replies = join_all((0..16).map(decide)).await;
    let ended = run.wait_for_end().await;
    let winner = match ended["status"].as_str().unwrap() {
        "completed" => "approve",
        "cancelled" => "reject",
        other => panic!("{other}: {}", run.describe().await),
    };
    for (action, reply) in &replies {
        if *action == winner {
            assert_eq!(reply.expect(200)["decisions"].as_array().unwrap().len(), 1, "one person, one vote");
        } else {
            let problem = reply.problem(409, "already_decided");
            assert_eq!(problem["decided_by"]["name"], "owner", "{problem:#}");
        }
    }
    let names = run.event_names().await;
    let decided = names
        .iter()
        .filter(|name| name.starts_with("approval_granted") || name.starts_with("approval_rejected"));
    assert_eq!(decided.count(), 1, "{names:#?}");
    assert_eq!(repository.branches().len(), if winner == "approve" { 2 } else { 1 });
}

#[tokio::test]
async fn a_decision_repeated_gives_the_stored_result_and_the_other_one_is_refused() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.gate(&repository).await;
    let digest = run.digest().await;
    let path = format!("{}/approve", run.approval_path().await);
    let key = unique("key");
    let send = |body: Value| {
        let request = run.api.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
        run.api.send(request.header("If-Match", format!("\"{digest}\"")))
    };
    let first = send(json!({ "rationale": "Fine." })).await;
    first.expect(200);
    let again = send(json!({ "rationale": "Fine." })).await;
    assert_eq!(again.expect(200), first.json(), "the same key gets the stored reply");
    send(json!({ "rationale": "Other words." })).await.problem(422, "idempotency_key_reused");
    assert_eq!(run.wait_for_end().await["status"], "completed");
    let late = run.decide("approve", &digest, json!({})).await.expect(200);
    assert_eq!(late["decisions"].as_array().unwrap().len(), 1, "{late:#}");
    assert_eq!(late["decisions"][0]["rationale"], "Fine.");
    run.decide("reject", &digest, json!({})).await.problem(409, "already_decided");
    assert_eq!(repository.branches().len(), 2);
}

#[tokio::test]
async fn a_lock_file_and_continuous_integration_are_pointed_out() {
    let scene = Scene::shared(Backend::Sqlite);
    let (_repository, mut run) = gate_of(&scene, "takes_risks", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    assert_eq!(note(&approval, "lockfile_changed")["paths"], json!(["Cargo.lock"]));
    assert_eq!(note(&approval, "ci_config_changed")["paths"], json!([".github/workflows/ci.yml"]));
    run.cancel().await.expect(200);
}

#[tokio::test]
async fn a_secret_is_pointed_out_and_even_an_approval_does_not_ship_it() {
    let scene = Scene::shared(Backend::Sqlite);
    let (repository, mut run) = gate_of(&scene, "leaks", CANCELLED_BY_REJECTION).await;
    run.wait_for("approval_requested").await;
    let approval = run.approval().await;
    let secret = note(&approval, "secret_suspected");
    assert_eq!((&secret["level"], &secret["paths"]), (&json!("high"), &json!(["settings.toml"])));
    assert!(!secret.to_string().contains(&agents::leaked_token()), "the note does not repeat the secret");
    run.approve().await;
    let expected = ("policy_violation", "secret_found", "ship", Some("gate"), "full_run");
    let failure = crate::failures::assert_failed(&mut run, expected).await;
    assert!(!failure.to_string().contains(&agents::leaked_token()));
    assert_eq!(repository.branches().len(), 1, "nothing was shipped");
}

#[tokio::test]
async fn tests_that_are_missing_or_cannot_be_counted_are_high_risks() {
    let scene = Scene::shared(Backend::Sqlite);
    let untested = CANCELLED_BY_REJECTION.replace("  - { key: tests, uses: test }\n", "");
    let (_one, mut without) = gate_of(&scene, "mends", &untested).await;
    without.wait_for("approval_requested").await;
    assert_eq!(note(&without.approval().await, "tests_not_run")["level"], "high");
    let silent = CANCELLED_BY_REJECTION.replace("uses: test }", "uses: test, with: { command: ['true'] } }");
    let (_other, mut uncounted) = gate_of(&scene, "mends", &silent).await;
    uncounted.wait_for("approval_requested").await;
    let approval = uncounted.approval().await;
    assert_eq!(note(&approval, "test_counts_unknown")["level"], "high");
    assert_eq!(approval["evidence"]["test_summary"]["total"], Value::Null);
    for run in [without, uncounted] {
        run.cancel().await.expect(200);
    }
}
