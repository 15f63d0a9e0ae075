//! What is no operation: documentation, the browser app's files, and a handler that panics.

use super::support::{Fixture, anonymous};
use crate::context::surround;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use serde_json::{Value, json};
use test_case::test_case;

#[actix_web::test]
async fn the_documentation_needs_no_credentials() {
    let fixture = Fixture::new().await;
    let ask = |path: &'static str| fixture.send(anonymous(Method::GET, path));
    assert_eq!(ask("/openapi.json").await.json()["openapi"], "3.1.0");
    assert!(ask("/docs/").await.text.contains("swagger-ui"));
    assert_eq!(ask("/docs").await.header("location"), "/docs/");
    let page = ask("/docs/errors/stale_evidence").await;
    assert!(
        page.text.starts_with("# stale_evidence\n") && page.header("content-type").starts_with("text/plain")
    );
    assert_eq!(ask("/healthz").await.json(), json!({ "status": "ok", "version": "test" }));
    assert_eq!(ask("/readyz").await.status, 200);
}

#[test_case("/", 200, "the app" ; "the start")]
#[test_case("/projects/1/runs/2", 200, "the app" ; "a page of the app")]
#[test_case("/app.js", 200, "the script" ; "a file")]
#[test_case("/missing.js", 404, "" ; "a missing file")]
#[test_case("/../secret.txt", 404, "" ; "above the root")]
#[test_case("/%2e%2e/secret.txt", 404, "" ; "above the root, escaped")]
#[test_case("/link.txt", 404, "" ; "a link out of the root")]
#[test_case("/api/v1/app.js", 404, "" ; "an address of the interface")]
#[actix_web::test]
async fn the_apps_files_are_served_and_nothing_else(path: &str, status: u16, text: &str) {
    let fixture = Fixture::new().await;
    let web = fixture.folder.path().join("web");
    std::fs::create_dir(&web).unwrap();
    std::fs::write(web.join("index.html"), "the app").unwrap();
    std::fs::write(web.join("app.js"), "the script").unwrap();
    std::fs::write(fixture.folder.path().join("secret.txt"), "the secret").unwrap();
    std::os::unix::fs::symlink(fixture.folder.path().join("secret.txt"), web.join("link.txt")).unwrap();
    let answer = fixture.send(anonymous(Method::GET, path)).await;
    assert_eq!(answer.status, status, "{answer:?}");
    if status == 200 {
        assert_eq!(answer.text, text);
    } else {
        assert_eq!(answer.code(), "not_found");
    }
}

#[actix_web::test]
async fn a_panic_is_a_problem_without_detail() {
    async fn boom() -> HttpResponse {
        panic!("the secret")
    }
    let app = init_service(App::new().wrap(from_fn(surround)).route("/boom", web::get().to(boom))).await;
    let Err(error) = app.call(TestRequest::get().uri("/boom").to_request()).await.map(|_| ()) else {
        panic!("the panic was lost");
    };
    let response = error.error_response();
    assert_eq!(response.status(), 500);
    assert!(response.headers().contains_key("content-security-policy"));
    let bytes = to_bytes(response.into_body()).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&body["code"], &body["instance"]), (&json!("internal_error"), &json!("/boom")));
    assert!(!body.to_string().contains("the secret"));
}
