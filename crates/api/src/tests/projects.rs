//! Projects: keys, revisions, pages.

use super::support::Fixture;
use actix_web::http::Method;
use serde_json::json;
use test_case::test_case;

#[actix_web::test]
async fn a_repeated_request_gets_the_stored_reply() {
    let fixture = Fixture::new().await;
    let create = |name: &str| {
        fixture.post("/api/v1/projects", json!({ "name": name })).insert_header(("Idempotency-Key", "k-1"))
    };
    let first = fixture.send(create("parser")).await;
    let again = fixture.send(create("parser")).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(first.json(), again.json());
    let other = fixture.send(create("lexer")).await;
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency_key_reused"));
    let without = fixture.send(fixture.post("/api/v1/projects", json!({ "name": "parser" }))).await;
    assert_eq!((without.status, without.code().as_str()), (409, "name_taken"));
}

#[test_case("")]
#[test_case("two words")]
#[test_case(&"k".repeat(256))]
#[actix_web::test]
async fn a_key_is_visible_ascii(key: &str) {
    let fixture = Fixture::new().await;
    let request =
        fixture.post("/api/v1/projects", json!({ "name": "a" })).insert_header(("Idempotency-Key", key));
    let answer = fixture.send(request).await;
    assert_eq!(answer.faults(), [("/headers/Idempotency-Key".to_owned(), "invalid_format".to_owned())]);
}

#[actix_web::test]
async fn an_update_names_the_revision_it_is_based_on() {
    let fixture = Fixture::new().await;
    let path = format!("/api/v1/projects/{}", fixture.project("parser").await);
    let update = |tag: Option<&str>| {
        let request = fixture
            .request(Method::PUT, &path)
            .set_json(json!({ "name": "parser", "default_branch": "dev" }));
        match tag {
            Some(tag) => request.insert_header(("If-Match", tag.to_owned())),
            None => request,
        }
    };
    assert_eq!(fixture.send(update(None)).await.code(), "precondition_required");
    assert_eq!(fixture.send(update(Some("\"7\""))).await.code(), "stale_revision");
    assert_eq!(fixture.send(update(Some("W/\"1\""))).await.code(), "validation_failed");
    let updated = fixture.send(update(Some("\"0\", \"1\""))).await;
    assert_eq!((updated.status, updated.header("etag")), (200, "\"2\""));
    assert_eq!(updated.json()["default_branch"], "dev");
    assert_eq!(fixture.send(update(Some("\"1\""))).await.code(), "stale_revision");
    assert_eq!(fixture.send(update(Some("*"))).await.status, 200);
}

#[actix_web::test]
async fn a_project_that_the_caller_has_is_not_sent_again() {
    let fixture = Fixture::new().await;
    let path = format!("/api/v1/projects/{}", fixture.project("parser").await);
    let ask = |tag: &'static str| fixture.get(&path).insert_header(("If-None-Match", tag));
    let same = fixture.send(ask("W/\"1\"")).await;
    assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", "\"1\""));
    assert_eq!(fixture.send(ask("\"2\"")).await.status, 200);
}

#[actix_web::test]
async fn names_that_the_configuration_does_not_know_are_faults_of_the_form() {
    let fixture = Fixture::new().await;
    let body = json!({ "name": "x", "repository": "not a url", "agent": "nobody", "credential": "none" });
    let answer = fixture.send(fixture.post("/api/v1/projects", body)).await;
    let pointers: Vec<_> = answer.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/agent", "/credential", "/repository"]);
    // What cannot even be read hides none of the rest.
    let body = json!({ "name": "x", "shipping": { "mode": "zz", "branch_pattern": "{run}.lock" }, "test_command": [7], "agent": "nobody" });
    let answer = fixture.send(fixture.post("/api/v1/projects", body)).await;
    let pointers: Vec<_> = answer.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/agent", "/shipping/branch_pattern", "/shipping/mode", "/test_command/0"]);
}

#[actix_web::test]
async fn pages_meet_without_gap_or_overlap() {
    let fixture = Fixture::new().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(fixture.project(&format!("p{number}")).await);
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/projects?limit=2".to_owned();
    let mut pages = 0;
    loop {
        let answer = fixture.send(fixture.get(&path)).await;
        let body = answer.json();
        pages += 1;
        seen.extend(
            body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert_eq!(answer.header("link"), "");
            break;
        };
        let link = answer.header("link").to_owned();
        path = link.strip_prefix('<').and_then(|rest| rest.split('>').next()).unwrap().to_owned();
        assert!(
            path.contains(cursor) && path.contains("limit=2") && link.ends_with("; rel=\"next\""),
            "{link}"
        );
    }
    assert_eq!((pages, seen), (3, made));
}
