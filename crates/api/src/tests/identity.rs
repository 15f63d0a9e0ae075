//! Signing in, sessions, tokens, and requests from other sites.

use super::support::{Answer, Fixture, anonymous};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;
use test_case::test_case;

async fn sign_in(fixture: &Fixture, link: &str) -> Answer {
    let request = anonymous(Method::POST, "/api/v1/session/owner-link").set_json(json!({ "token": link }));
    fixture.send(request).await
}

/// The cookie of a new session, as a browser sends it back.
async fn cookie(fixture: &Fixture) -> String {
    let link = fixture.owner_link().await;
    let answer = sign_in(fixture, &link).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn with_cookie(method: Method, path: &str, cookie: &str) -> TestRequest {
    anonymous(method, path).insert_header(("Cookie", cookie.to_owned()))
}

#[actix_web::test]
async fn an_owner_link_signs_in_once() {
    let fixture = Fixture::new().await;
    let link = fixture.owner_link().await;
    let first = sign_in(&fixture, &link).await;
    assert_eq!((first.status, first.json()["name"].as_str()), (200, Some("owner")));
    let set = first.header("set-cookie");
    for part in ["jido_session=jido_", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(set.contains(part), "{part} is not in {set}");
    }
    assert!(!set.contains("Secure"), "plain http keeps no secure cookie: {set}");
    let again = sign_in(&fixture, &link).await;
    assert_eq!((again.status, again.code().as_str()), (401, "owner_link_invalid"));
}

#[actix_web::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let fixture = Fixture::new().await;
    let link = fixture.owner_link().await;
    let request = anonymous(Method::POST, "/api/v1/session/owner-link")
        .insert_header(("X-Forwarded-Proto", "https"))
        .set_json(json!({ "token": link }));
    let set = fixture.send(request).await.header("set-cookie").to_owned();
    assert!(
        set.starts_with("__Host-jido_session=") && set.contains("Secure") && !set.contains("Domain"),
        "{set}"
    );
}

#[actix_web::test]
async fn signing_out_ends_the_session_at_once() {
    let fixture = Fixture::new().await;
    let cookie = cookie(&fixture).await;
    let who = fixture.send(with_cookie(Method::GET, "/api/v1/session", &cookie)).await;
    assert_eq!((who.status, who.json()["credential"].as_str()), (200, Some("session")));
    let out = with_cookie(Method::DELETE, "/api/v1/session", &cookie)
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    assert_eq!(fixture.send(out).await.status, 204);
    assert_eq!(fixture.send(with_cookie(Method::GET, "/api/v1/session", &cookie)).await.status, 401);
}

#[test_case(&[], 403 ; "a cookie alone")]
#[test_case(&[("Sec-Fetch-Site", "same-origin")], 201 ; "our own page")]
#[test_case(&[("Sec-Fetch-Site", "same-site")], 403 ; "a neighbour")]
#[test_case(&[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:8080")], 403 ; "fetch metadata wins")]
#[test_case(&[("Sec-Fetch-Site", "none")], 403 ; "typed by hand")]
#[test_case(&[("Origin", "http://localhost:8080")], 201 ; "an older browser on our page")]
#[test_case(&[("Origin", "https://localhost:8080")], 403 ; "another scheme")]
#[test_case(&[("Origin", "http://evil.example")], 403 ; "another origin")]
#[test_case(&[("Origin", "null")], 403 ; "no origin")]
#[actix_web::test]
async fn a_cookie_changes_something_only_from_our_own_page(
    headers: &[(&'static str, &'static str)],
    status: u16,
) {
    let fixture = Fixture::new().await;
    let cookie = cookie(&fixture).await;
    let mut request =
        with_cookie(Method::POST, "/api/v1/projects", &cookie).insert_header(("Host", "localhost:8080"));
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = fixture.send(request.set_json(json!({ "name": "a" }))).await;
    assert_eq!(answer.status, status, "{answer:?}");
    if status == 403 {
        assert_eq!(answer.code(), "cross_site_request");
    }
}

#[actix_web::test]
async fn a_token_needs_no_page_and_stops_with_its_revocation() {
    let fixture = Fixture::new().await;
    let made = fixture.send(fixture.post("/api/v1/tokens", json!({ "name": "ci" }))).await;
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"));
    let made = made.json();
    let secret = made["secret"].as_str().unwrap();
    let bearer = || ("Authorization", format!("Bearer {secret}"));
    let request = || anonymous(Method::GET, "/api/v1/session").insert_header(bearer());
    assert_eq!(fixture.send(request()).await.json()["credential"], "token");
    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(fixture.send(fixture.request(Method::DELETE, &path)).await.status, 204);
    assert_eq!(fixture.send(request()).await.code(), "unauthenticated");
    let listed = fixture.send(fixture.get("/api/v1/tokens")).await.text;
    assert!(!listed.contains(secret) && listed.contains("\"ci\""), "{listed}");
}

#[test_case("Bearer")]
#[test_case("Bearer jido_wrong")]
#[test_case("Basic b3duZXI6b3duZXI=")]
#[actix_web::test]
async fn a_wrong_header_is_not_saved_by_a_good_cookie(header: &str) {
    let fixture = Fixture::new().await;
    let cookie = cookie(&fixture).await;
    let request =
        with_cookie(Method::GET, "/api/v1/session", &cookie).insert_header(("Authorization", header));
    assert_eq!(fixture.send(request).await.code(), "unauthenticated");
}
