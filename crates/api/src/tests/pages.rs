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
#[test_case("/assets/missing", 404, "" ; "a missing asset without extension")]
#[test_case("/app.js.br", 404, "" ; "a smaller form, asked for by its own name")]
#[test_case("/app.js.gz", 404, "" ; "another one")]
#[test_case("/../secret.txt", 404, "" ; "above the root")]
#[test_case("/%2e%2e/secret.txt", 404, "" ; "above the root, escaped")]
#[test_case("/link.txt", 404, "" ; "a link out of the root")]
#[test_case("/api", 404, "" ; "the start of the interface")]
#[test_case("/api/", 404, "" ; "the start of the interface with a slash")]
#[test_case("/api/v1/app.js", 404, "" ; "an address of the interface")]
#[test_case("/api/v2/runs", 404, "" ; "a version that is not")]
#[actix_web::test]
async fn the_apps_files_are_served_and_nothing_else(path: &str, status: u16, text: &str) {
    let fixture = with_app().await;
    let answer = fixture.send(anonymous(Method::GET, path)).await;
    assert_eq!(answer.status, status, "{answer:?}");
    if status == 200 {
        assert_eq!(answer.text, text);
    } else {
        assert_eq!(answer.code(), "not_found");
    }
}

#[test_case("/docs/errors/stale_evidence" ; "an error page")]
#[test_case("/docs/none" ; "an unknown page of the documentation")]
#[test_case("/docs/errors/none" ; "an unknown error page")]
#[test_case("/healthz" ; "health")]
#[test_case("/readyz" ; "readiness")]
#[test_case("/openapi.json" ; "the description of the interface")]
#[actix_web::test]
async fn the_app_takes_no_address_of_the_servers_own(path: &str) {
    let with_app = with_app().await.send(anonymous(Method::GET, path)).await;
    let without = Fixture::new().await.send(anonymous(Method::GET, path)).await;
    assert_eq!((with_app.status, with_app.text == "the app"), (without.status, false));
}

#[actix_web::test]
async fn only_reads_reach_the_app() {
    let fixture = with_app().await;
    let answer = fixture.send(anonymous(Method::POST, "/projects")).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    let answer = fixture.send(anonymous(Method::HEAD, "/projects")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
}

#[test_case("br, gzip", "br", "small" ; "the smallest first")]
#[test_case("gzip, deflate", "gzip", "medium" ; "what is accepted")]
#[test_case("br;q=0.5, gzip", "gzip", "medium" ; "what is preferred")]
#[test_case("br;q=0, gzip;q=0", "", "the asset" ; "what is refused is not sent")]
#[test_case("zstd, *", "", "the asset" ; "what there is not")]
#[test_case("", "", "the asset" ; "nothing said")]
#[test_case("br;q=much, ;", "", "the asset" ; "nothing that can be understood")]
#[actix_web::test]
async fn an_asset_comes_in_a_form_that_is_accepted(accepted: &str, encoding: &str, text: &str) {
    let fixture = with_app().await;
    let request =
        anonymous(Method::GET, "/assets/app-1a2b.wasm").insert_header(("accept-encoding", accepted));
    let answer = fixture.send(request).await;
    assert_eq!((answer.text.as_str(), answer.header("content-encoding")), (text, encoding));
    assert_eq!(answer.header("content-type"), "application/wasm");
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("vary").to_ascii_lowercase(), "accept-encoding");
}

#[actix_web::test]
async fn a_page_is_asked_for_again_and_sent_again_only_when_it_changed() {
    let fixture = with_app().await;
    let ask = |coding: &'static str, tag: &str| {
        let request = anonymous(Method::GET, "/projects").insert_header(("accept-encoding", coding));
        fixture.send(request.insert_header(("if-none-match", tag.to_owned())))
    };
    let first = ask("gzip", "").await;
    assert_eq!((first.status, first.text.as_str()), (200, "small app"));
    assert_eq!(first.header("cache-control"), "no-cache");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag} is not a strong tag");

    let again = ask("gzip", &tag).await;
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
    assert_eq!((again.header("cache-control"), again.header("vary")), ("no-cache", "Accept-Encoding"));
    assert_eq!(ask("identity", &tag).await.text, "the app", "another form has another tag");

    std::fs::write(fixture.folder.path().join("web/index.html.gz"), "new app").unwrap();
    assert_eq!(ask("gzip", &tag).await.text, "new app");
}

/// A server with an app, and a secret beside its folder.
async fn with_app() -> Fixture {
    let fixture = Fixture::new().await;
    let web = fixture.folder.path().join("web");
    std::fs::create_dir_all(web.join("assets")).unwrap();
    let files = [
        ("index.html", "the app"),
        ("index.html.gz", "small app"),
        ("app.js", "the script"),
        ("app.js.br", "the small script"),
        ("assets/app-1a2b.wasm", "the asset"),
        ("assets/app-1a2b.wasm.br", "small"),
        ("assets/app-1a2b.wasm.gz", "medium"),
        ("../secret.txt", "the secret"),
    ];
    for (name, text) in files {
        std::fs::write(web.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink(fixture.folder.path().join("secret.txt"), web.join("link.txt")).unwrap();
    fixture
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
