//! Problem documents, whole.

use super::support::{Fixture, anonymous, steady};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;
use test_case::test_case;

#[actix_web::test]
async fn nobody_signed_in_is_told_how_to() {
    let fixture = Fixture::new().await;
    let answer = fixture.send(anonymous(Method::GET, "/api/v1/projects")).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"jido\"");
    assert_eq!(answer.header("x-request-id"), answer.json()["request_id"]);
    assert_json_snapshot!(steady(answer.json()), @r#"
    {
      "code": "unauthenticated",
      "detail": "The request shows no valid token or session.",
      "instance": "/api/v1/projects",
      "operation": "list_projects",
      "remediation": "Send `Authorization: Bearer <token>` with a token made by `jido token create`, or sign in with an owner link.",
      "request_id": "[request id]",
      "status": 401,
      "title": "Nobody is signed in",
      "type": "/docs/errors/unauthenticated"
    }
    "#);
}

#[actix_web::test]
async fn every_fault_of_a_run_comes_in_one_answer() {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    let body = json!({
        "workflow": "gated", "titel": "x", "labels": { "area": "a".repeat(64) }, "version": 1,
        "inputs": { "subject": "" },
    });
    let answer = fixture.send(fixture.post(&format!("/api/v1/projects/{project}/runs"), body)).await;
    let mut found = steady(answer.json());
    found["instance"] = json!("[instance]");
    assert_json_snapshot!(found, @r#"
    {
      "code": "validation_failed",
      "detail": "3 faults in the request.",
      "errors": [
        {
          "code": "too_long",
          "detail": "At most 63 characters.",
          "limit": 63,
          "pointer": "/labels/area"
        },
        {
          "code": "unknown_field",
          "detail": "titel is not a field here.",
          "pointer": "/titel"
        },
        {
          "code": "too_short",
          "detail": "At least 1 character.",
          "limit": 1,
          "pointer": "/inputs/subject"
        }
      ],
      "instance": "[instance]",
      "operation": "start_run",
      "remediation": "Mend the fields named in errors and send the request again.",
      "request_id": "[request id]",
      "status": 422,
      "title": "The request is not valid",
      "type": "/docs/errors/validation_failed"
    }
    "#);
    let runs = fixture.send(fixture.get("/api/v1/runs")).await.json();
    assert_eq!(runs["items"], json!([]), "a refused request stores nothing");
}

#[actix_web::test]
async fn a_method_that_the_path_does_not_know_is_named_with_those_it_knows() {
    let fixture = Fixture::new().await;
    let answer = fixture.send(fixture.request(Method::DELETE, "/api/v1/projects")).await;
    assert_eq!(answer.header("allow"), "GET, POST");
    assert_json_snapshot!(steady(answer.json()), @r#"
    {
      "allowed_methods": [
        "GET",
        "POST"
      ],
      "code": "method_not_allowed",
      "detail": "DELETE is not one of GET, POST.",
      "instance": "/api/v1/projects",
      "operation": null,
      "remediation": "Use one of the methods named in the Allow header.",
      "request_id": "[request id]",
      "status": 405,
      "title": "The path does not know this method",
      "type": "/docs/errors/method_not_allowed"
    }
    "#);
}

#[test_case("GET", "/api/v1/nothing", 404, "not_found")]
#[test_case("GET", "/api", 404, "not_found")]
#[test_case("GET", "/nothing", 404, "not_found")]
#[test_case("GET", "/docs/errors/nothing", 404, "not_found")]
#[test_case("GET", "/api/v1/projects/not-a-uuid", 404, "not_found")]
#[test_case("GET", "/api/v1/projects/0199F0C2-7D1E-7A40-8C11-2F6D0A3B5E77", 404, "not_found")]
#[test_case("GET", "/api/v1/projects/0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77", 404, "not_found")]
#[test_case("GET", "/api/v1/workflows/Nope", 404, "not_found")]
#[test_case("GET", "/api/v1/projects?limit=0", 422, "validation_failed")]
#[test_case("GET", "/api/v1/projects?limit=ten", 422, "validation_failed")]
#[test_case("GET", "/api/v1/projects?limit=1&limit=2", 422, "validation_failed")]
#[test_case("GET", "/api/v1/projects?cursor=garbage", 422, "validation_failed")]
#[test_case("GET", "/api/v1/projects?colour=red", 422, "validation_failed")]
#[test_case("GET", "/api/v1/runs?status=happy", 422, "validation_failed")]
#[test_case("GET", "/api/v1/failures?error_type=x&reason=y", 422, "validation_failed")]
#[test_case("PATCH", "/api/v1/projects", 405, "method_not_allowed")]
#[test_case("POST", "/healthz", 405, "method_not_allowed")]
#[actix_web::test]
async fn wrong_addresses_are_problems(method: &str, path: &str, status: u16, code: &str) {
    let fixture = Fixture::new().await;
    let answer = fixture.send(fixture.request(method.parse().unwrap(), path)).await;
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{answer:?}");
}

#[actix_web::test]
async fn a_query_fault_points_at_its_parameter() {
    let fixture = Fixture::new().await;
    let answer = fixture.send(fixture.get("/api/v1/runs?limit=999&status=happy&x=1")).await;
    let expected =
        [("/query/limit", "too_large"), ("/query/status/0", "not_allowed"), ("/query/x", "unknown_field")];
    assert_eq!(answer.faults(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test_case("application/json", "{\"name\": ", 400, "malformed_json")]
#[test_case("application/json", "[]", 422, "validation_failed")]
#[test_case("application/json", "{\"name\": 7}", 422, "validation_failed")]
#[test_case("application/json", "{}", 422, "validation_failed")]
#[test_case("application/json", "", 422, "validation_failed" ; "an empty body")]
#[test_case("application/json", "{\"name\":\"a\",\"colour\":\"red\"}", 422, "validation_failed")]
#[test_case("application/json", "{\"name\":\" a\"}", 422, "validation_failed")]
#[test_case("application/x-www-form-urlencoded", "name=a", 415, "unsupported_media_type")]
#[test_case("text/plain", "{\"name\":\"a\"}", 415, "unsupported_media_type")]
#[actix_web::test]
async fn wrong_bodies_are_problems(media_type: &str, body: &str, status: u16, code: &str) {
    let fixture = Fixture::new().await;
    let request = fixture
        .request(Method::POST, "/api/v1/projects")
        .insert_header(("Content-Type", media_type))
        .set_payload(body.to_owned());
    let answer = fixture.send(request).await;
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{answer:?}");
    let projects = fixture.send(fixture.get("/api/v1/projects")).await.json();
    assert_eq!(projects["items"], json!([]));
}

#[actix_web::test]
async fn a_body_beyond_the_limit_is_refused() {
    let fixture = Fixture::new().await;
    let body = json!({ "name": "a".repeat(1 << 20) });
    let answer = fixture.send(fixture.post("/api/v1/projects", body)).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"));
}

#[actix_web::test]
async fn malformed_json_is_named_by_line_and_column() {
    let fixture = Fixture::new().await;
    let request = fixture
        .request(Method::POST, "/api/v1/projects")
        .insert_header(("Content-Type", "application/json"))
        .set_payload("{\n  \"name\" 7\n}");
    let detail = fixture.send(request).await.json()["detail"].clone();
    assert_eq!(detail, "Line 2, column 10: expected `:`.");
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let fixture = Fixture::new().await;
    for path in ["/healthz", "/api/v1/projects", "/nothing", "/docs/"] {
        let answer = fixture.send(anonymous(Method::GET, path)).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[test_case(json!({ "base_ref": "a\u{0}" }), "/base_ref" ; "a reference")]
#[test_case(json!({ "labels": { "area": "\u{0}" } }), "/labels/area" ; "a label")]
#[test_case(json!({ "inputs": { "subject": "x\u{0}y" } }), "/inputs/subject" ; "an input")]
#[actix_web::test]
async fn a_text_with_the_character_nul_is_refused(part: serde_json::Value, pointer: &str) {
    let fixture = Fixture::new().await;
    fixture.gated_workflow(json!({})).await;
    let project = fixture.project("parser").await;
    let mut body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
    body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    let answer = fixture.send(fixture.post(&format!("/api/v1/projects/{project}/runs"), body)).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(answer.faults(), [(pointer.to_owned(), "invalid_format".to_owned())]);
    let listed = fixture.send(fixture.get("/api/v1/runs?title=%00")).await;
    assert_eq!(listed.faults(), [("/query/title".to_owned(), "invalid_format".to_owned())]);
}
