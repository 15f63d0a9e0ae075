//! Gates: reading, deciding, what is refused.

use super::support::{Answer, Fixture};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// A run that waits at its gate.
struct Waiting {
    fixture: Fixture,
    run: String,
    gate: String,
    digest: String,
}

impl Waiting {
    async fn new(policy: Value) -> Self {
        let fixture = Fixture::new().await;
        fixture.gated_workflow(policy).await;
        fixture.work();
        let run = fixture.start(&fixture.project("parser").await).await;
        let body = fixture.until(&run, "awaiting_approval").await;
        let gate = format!("{run}/approvals/{}", body["approval"]["id"].as_str().unwrap());
        let digest = body["approval"]["evidence_digest"].as_str().unwrap().to_owned();
        Self { fixture, run, gate, digest }
    }

    fn asked(&self, word: &str, body: Value) -> TestRequest {
        self.fixture.post(&format!("{}/{word}", self.gate), body)
    }

    async fn decide(&self, word: &str, body: Value) -> Answer {
        let request = self.asked(word, body).insert_header(("If-Match", format!("\"{}\"", self.digest)));
        self.fixture.send(request).await
    }
}

#[actix_web::test]
async fn a_gate_shows_its_evidence_and_an_approval_lets_the_run_go_on() {
    let waiting = Waiting::new(json!({})).await;
    let shown = waiting.fixture.send(waiting.fixture.get(&waiting.gate)).await;
    assert_eq!(shown.header("etag"), format!("\"{}\"", waiting.digest));
    assert_eq!(shown.header("cache-control"), "no-store");
    let approval = shown.json();
    assert_eq!(approval["status"], "pending");
    assert_eq!(approval["evidence"]["complete"], true);
    assert_eq!(approval["evidence"]["digest"], json!(waiting.digest));
    assert_eq!(approval["on_approve"], json!(["finish"]));
    assert_eq!(approval["outcome"], Value::Null);
    let approved = waiting.decide("approve", json!({ "rationale": "fine" })).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    let approved = approved.json();
    assert_eq!(
        (&approved["status"], &approved["outcome"]["decided_by"]["name"]),
        (&json!("approved"), &json!("owner"))
    );
    assert_eq!(approved["decisions"][0]["evidence_digest"], json!(waiting.digest));
    let run = waiting.fixture.until(&waiting.run, "completed").await;
    assert_eq!(run["approval"]["status"], "approved");
}

#[actix_web::test]
async fn a_decision_names_the_evidence_that_the_gate_shows() {
    let waiting = Waiting::new(json!({})).await;
    let missing = waiting.fixture.send(waiting.asked("approve", json!({}))).await;
    assert_eq!((missing.status, missing.code().as_str()), (428, "precondition_required"));
    let any = waiting.asked("approve", json!({})).insert_header(("If-Match", "*"));
    assert_eq!(waiting.fixture.send(any).await.code(), "precondition_required");
    for tag in [format!("\"sha256:{}\"", "0".repeat(64)), "\"17\"".to_owned()] {
        let stale =
            waiting.fixture.send(waiting.asked("approve", json!({})).insert_header(("If-Match", tag))).await;
        assert_eq!((stale.status, stale.code().as_str()), (412, "stale_evidence"));
        assert_eq!(stale.json()["evidence_digest"], json!(waiting.digest));
    }
    let run = waiting.fixture.send(waiting.fixture.get(&waiting.run)).await.json();
    assert_eq!(run["status"], "awaiting_approval");
}

#[actix_web::test]
async fn the_loser_is_told_who_won_and_a_repeat_gets_the_result() {
    let waiting = Waiting::new(json!({ "on_reject": { "action": "cancel" } })).await;
    let rejected = waiting.decide("reject", json!({ "rationale": "no" })).await;
    assert_eq!((rejected.status, rejected.json()["status"].as_str()), (200, Some("rejected")));
    let again = waiting.decide("reject", json!({ "rationale": "no" })).await;
    assert_eq!((again.status, again.json()["status"].as_str()), (200, Some("rejected")));
    let late = waiting.decide("approve", json!({})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "already_decided"));
    assert_eq!(
        (&late.json()["decided_by"]["name"], &late.json()["run_status"]),
        (&json!("owner"), &json!("cancelled"))
    );
    let without_tag = waiting.fixture.send(waiting.asked("approve", json!({}))).await;
    assert_eq!(without_tag.code(), "already_decided", "409 comes before 428");
}

#[actix_web::test]
async fn a_stored_reply_wins_over_evidence_that_has_changed() {
    let waiting = Waiting::new(json!({})).await;
    let approve = || {
        let request = waiting.asked("approve", json!({ "rationale": "fine" }));
        request
            .insert_header(("If-Match", format!("\"{}\"", waiting.digest)))
            .insert_header(("Idempotency-Key", "decide-1"))
    };
    let first = waiting.fixture.send(approve()).await;
    assert_eq!(first.status, 200, "{first:?}");
    waiting.fixture.until(&waiting.run, "completed").await;
    let again = waiting.fixture.send(approve()).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    let other = waiting
        .asked("approve", json!({ "rationale": "other" }))
        .insert_header(("If-Match", format!("\"{}\"", waiting.digest)))
        .insert_header(("Idempotency-Key", "decide-1"));
    assert_eq!(waiting.fixture.send(other).await.code(), "idempotency_key_reused");
}

#[actix_web::test]
async fn whoever_started_the_run_is_told_that_they_may_not_approve_it() {
    let waiting =
        Waiting::new(json!({ "allow_self_approval": false, "rationale_on_reject": "required" })).await;
    let refused = waiting.decide("approve", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "self_approval_forbidden"));
    assert_eq!(refused.json()["policy"]["allow_self_approval"], false);
    let run = waiting.fixture.send(waiting.fixture.get(&waiting.run)).await.json();
    let approve = &run["allowed_actions"][0];
    assert_eq!(
        (&approve["action"], &approve["code"]),
        (&json!("approve"), &json!("self_approval_forbidden"))
    );
    let silent = waiting.decide("reject", json!({})).await;
    assert_eq!((silent.status, silent.code().as_str()), (422, "rationale_required"));
}

#[actix_web::test]
async fn the_inbox_lists_what_waits() {
    let waiting = Waiting::new(json!({})).await;
    let inbox =
        waiting.fixture.send(waiting.fixture.get("/api/v1/approvals?status=pending,blocked")).await.json();
    assert_eq!(inbox["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(inbox["items"][0]["evidence"]["digest"], json!(waiting.digest));
    waiting.decide("approve", json!({})).await;
    let inbox = waiting.fixture.send(waiting.fixture.get("/api/v1/approvals?status=pending")).await.json();
    assert_eq!(inbox["items"], json!([]));
}
