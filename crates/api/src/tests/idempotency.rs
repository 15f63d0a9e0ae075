//! Keys: the same request gets the same reply, whatever has happened since; another one is refused.

use super::support::{Answer, Fixture};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use test_case::test_case;

fn definition(title: &str) -> Value {
    json!({ "name": "flow", "title": title,
        "steps": [{ "key": "a", "uses": "set", "with": { "outputs": { "done": true } } }] })
}

/// A request with the key `k`, and the ETag that it is based on.
fn keyed(fixture: &Fixture, method: Method, path: &str, body: &Value) -> TestRequest {
    let request = fixture.request(method, path).set_json(body);
    request.insert_header(("Idempotency-Key", "k")).insert_header(("If-Match", "\"1\""))
}

fn assert_replayed(first: &Answer, again: &Answer) {
    assert_eq!((again.status, again.header("idempotency-replayed")), (first.status, "true"), "{again:?}");
    assert_eq!(first.text, again.text);
}

#[test_case(Method::POST, "/api/v1/projects", json!({ "name": "a" }), json!({ "name": "b" }); "create_project")]
#[test_case(Method::PUT, "/api/v1/projects/ID", json!({ "name": "a" }), json!({ "name": "b" }); "update_project")]
#[test_case(Method::POST, "/api/v1/projects/ID/archive", json!({}), json!({ "x": 1 }); "archive_project")]
#[test_case(Method::POST, "/api/v1/workflows/flow/versions", definition("a"), definition("b"); "publish")]
#[actix_web::test]
async fn a_key_answers_one_request_for_ever(method: Method, path: &str, body: Value, other: Value) {
    let fixture = Fixture::new().await;
    let path = path.replace("ID", &fixture.project("parser").await);
    let first = fixture.send(keyed(&fixture, method.clone(), &path, &body)).await;
    assert!(
        (200..=201).contains(&first.status) && first.header("idempotency-replayed").is_empty(),
        "{first:?}"
    );
    assert_replayed(&first, &fixture.send(keyed(&fixture, method.clone(), &path, &body)).await);
    let refused = fixture.send(keyed(&fixture, method, &path, &other)).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "idempotency_key_reused"));
}

#[actix_web::test]
async fn a_stored_reply_goes_before_a_revision_that_has_moved_on() {
    let fixture = Fixture::new().await;
    let path = format!("/api/v1/projects/{}", fixture.project("parser").await);
    let update =
        || keyed(&fixture, Method::PUT, &path, &json!({ "name": "parser", "default_branch": "dev" }));
    let first = fixture.send(update()).await;
    assert_eq!(first.status, 200, "{first:?}");
    let body = json!({ "name": "parser", "default_branch": "main" });
    let moved = fixture.request(Method::PUT, &path).set_json(&body).insert_header(("If-Match", "*"));
    assert_eq!(fixture.send(moved).await.status, 200);
    assert_replayed(&first, &fixture.send(update()).await);
    // Without If-Match it is another request: the key says so before the missing header does.
    let without = fixture
        .request(Method::PUT, &path)
        .set_json(json!({ "name": "parser", "default_branch": "dev" }))
        .insert_header(("Idempotency-Key", "k"));
    assert_eq!(fixture.send(without).await.code(), "idempotency_key_reused");
}

#[actix_web::test]
async fn a_start_is_answered_again_after_its_project_was_archived_and_its_workflow_changed() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    let path = format!("/api/v1/projects/{project}/runs");
    let start = || {
        let body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
        fixture.post(&path, body).insert_header(("Idempotency-Key", "k"))
    };
    let first = fixture.send(start()).await;
    assert_eq!(first.status, 201, "{first:?}");
    let unstartable = json!({ "name": "gated", "triggers": [],
        "steps": [{ "key": "a", "uses": "set", "with": { "outputs": {} } }] });
    let published = fixture.send(fixture.post("/api/v1/workflows/gated/versions", unstartable)).await;
    assert_eq!(published.status, 201, "{published:?}");
    let archived =
        fixture.send(fixture.post(&format!("/api/v1/projects/{project}/archive"), json!({}))).await;
    assert_eq!(archived.status, 200);
    let again = fixture.send(start()).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"), "{again:?}");
    assert_eq!(again.json()["id"], first.json()["id"]);
}

#[actix_web::test]
async fn a_workflow_without_triggers_says_so_and_is_not_started() {
    let fixture = Fixture::new().await;
    let project = fixture.project("parser").await;
    let definition = json!({ "name": "quiet", "triggers": [],
        "steps": [{ "key": "a", "uses": "set", "with": { "outputs": {} } }] });
    assert_eq!(fixture.send(fixture.post("/api/v1/workflows/quiet/versions", definition)).await.status, 201);
    for path in ["/api/v1/workflows/quiet", "/api/v1/workflows/quiet/versions/1"] {
        assert_eq!(fixture.send(fixture.get(path)).await.json()["triggers"], json!([]));
    }
    let path = format!("/api/v1/projects/{project}/runs");
    let refused = fixture.send(fixture.post(&path, json!({ "workflow": "quiet" }))).await;
    assert_eq!(refused.faults(), [("/workflow".to_owned(), "not_allowed".to_owned())]);
}
