//! Gates that ask for more than one approval, or allow less than one might think.

use crate::support::run::allowed_actions;
use crate::support::workflows::{CANCELLED_BY_REJECTION, REROUTED_BY_REJECTION};
use crate::support::{Backend, Repository, Run, Scene};
use serde_json::json;

#[tokio::test]
async fn a_rejection_beyond_the_last_round_cancels_the_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let mut run = scene.run(&repository, "listens", REROUTED_BY_REJECTION).await;
    for round in 1..=3 {
        run.wait_for("approval_requested").await;
        run.reject(&format!("Round {round} does not please.")).await;
    }
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
    assert_eq!(run.attempt_states("gate").await.len(), 3);
    assert_eq!(repository.branches().len(), 1);
}

#[tokio::test]
async fn a_gate_may_refuse_the_rejection_beyond_its_last_round_and_the_run_stays_as_it_is() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = REROUTED_BY_REJECTION.replace("max_rounds: 2", "max_rounds: 1, on_exhausted: refuse");
    let mut run = scene.run(&repository, "listens", &definition).await;
    run.wait_for("approval_requested").await;
    run.reject("Once more.").await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    let refused = run.decide("reject", &run.digest().await, json!({ "rationale": "And again." })).await;
    let problem = refused.problem(409, "policy_violation");
    assert_eq!(problem["policy"]["on_reject"]["max_rounds"], 1, "{problem:#}");
    assert_eq!(run.get().await, before, "a refused rejection changes nothing");
    run.approve().await;
    assert_eq!(run.wait_for_end().await["status"], "completed");
}

#[tokio::test]
async fn one_person_is_one_vote_where_two_are_needed() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { required_approvals: 2,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    assert_eq!(run.approve().await["status"], "pending");
    run.wait_for("approval_voted").await;
    let again = run.approve().await;
    assert_eq!(again["status"], "pending", "the same person again is the same vote");
    assert_eq!(again["decisions"].as_array().unwrap().len(), 1, "{again:#}");
    assert_eq!(run.get().await["status"], "awaiting_approval");
    assert_eq!(run.cancel().await.expect(200)["status"], "cancelled");
}

#[tokio::test]
async fn whoever_started_a_run_cannot_approve_it_where_policy_forbids_that() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { allow_self_approval: false,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    let other_token = scene.api.with_token(&scene.server.create_token());
    let by_other_token = Run::new(other_token, run.project.clone(), run.id.clone());
    for caller in [&run, &by_other_token] {
        let refused = caller.decide("approve", &caller.digest().await, json!({})).await;
        refused.problem(403, "self_approval_forbidden");
    }
    assert_eq!(run.get().await, before);
    assert_eq!(allowed_actions(&before)["approve"], false, "{before:#}");
    run.reject("Nobody else is here.").await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
}

#[tokio::test]
async fn a_gate_that_asks_for_a_rationale_takes_no_rejection_without_one() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { rationale_on_reject: required,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    run.wait_for("approval_requested").await;
    let before = run.get().await;
    for body in [json!({}), json!({ "rationale": "  " })] {
        run.decide("reject", &run.digest().await, body).await.problem(422, "rationale_required");
    }
    assert_eq!(run.get().await, before);
    run.reject("Now with a reason.").await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
}

#[tokio::test]
async fn an_expired_gate_cancels_its_run() {
    let scene = Scene::shared(Backend::Sqlite);
    let repository = Repository::broken();
    let definition = CANCELLED_BY_REJECTION.replace("with: {", "with: { expires_in: 1ms,");
    let mut run = scene.run(&repository, "mends", &definition).await;
    assert_eq!(run.wait_for_end().await["status"], "cancelled");
    let names = run.event_names().await;
    assert_eq!(names[names.len() - 2..], ["approval_expired(gate)", "run_cancelled"], "{names:#?}");
    assert_eq!(run.approval().await["status"], "expired");
}
