//! Requests that no client should send: each is refused with a problem that says what is wrong, and nothing is stored.

mod asking;
mod creating;
mod stored;
mod target;

use crate::support::{Api, Backend, Options, Repository, Scene, unique};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use std::collections::BTreeSet;
use stored::Stored;
use target::Target;
use test_case::test_case;

/// One wrong request: what it is, how it is sent, and what it must be answered with.
struct Wrong {
    what: String,
    request: RequestBuilder,
    status: u16,
    code: &'static str,
    /// JSON pointers of the faults, all of them and no others; empty where the code says it all.
    pointers: Vec<&'static str>,
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn wrong_requests_are_refused_with_a_reason_and_store_nothing(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let repository = Repository::broken();
    let target = Target::prepare(&scene, &repository).await;
    let mut wrong = Vec::new();
    creating::bodies(&scene.api, &target, &mut wrong);
    creating::runs(&scene.api, &target, &mut wrong);
    creating::definitions(&scene.api, &target, &mut wrong);
    asking::addresses(&scene.api, &target, &mut wrong);
    asking::queries(&scene.api, &target, &mut wrong);
    asking::decisions(&scene.api, &target, &mut wrong);
    asking::strangers(&scene.api, &target, &mut wrong);
    assert!(wrong.len() >= 30, "only {} wrong requests", wrong.len());

    let before = Stored::of(&scene);
    let mut faults = Vec::new();
    for wrong in wrong {
        let what = wrong.what.clone();
        let found = judge(&scene.api, wrong).await;
        let after = Stored::of(&scene);
        if after != before {
            panic!("{what} changed what is stored: {}", before.difference(&after));
        }
        faults.extend(found.map(|found| format!("{what}: {found}")));
    }
    assert!(faults.is_empty(), "{} wrong answers:\n{}", faults.len(), faults.join("\n\n"));
    // The server is none the worse for it.
    target.run.approve().await;
    let mut run = target.run;
    assert_eq!(run.wait_for_end().await["status"], "completed");
    target.other.cancel().await.expect(200);
}

/// What is wrong with the answer; `None` for the right one.
async fn judge(api: &Api, wrong: Wrong) -> Option<String> {
    let reply = api.send(wrong.request).await;
    let body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    let found: BTreeSet<&str> = body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|fault| fault["pointer"].as_str().unwrap_or("no pointer"))
        .collect();
    let expected: BTreeSet<&str> = wrong.pointers.iter().copied().collect();
    let is_right = reply.status == wrong.status
        && body["code"] == wrong.code
        && body["status"] == wrong.status
        && reply.header("content-type") == "application/problem+json"
        && found == expected;
    if is_right {
        reply.problem(wrong.status, wrong.code);
        return None;
    }
    Some(format!(
        "expected {} {} {expected:?}, got {} {} with {}",
        wrong.status,
        wrong.code,
        reply.status,
        reply.header("content-type"),
        reply.text
    ))
}

fn add(
    list: &mut Vec<Wrong>,
    what: &str,
    request: RequestBuilder,
    status: u16,
    code: &'static str,
    pointers: &[&'static str],
) {
    list.push(Wrong { what: what.to_owned(), request, status, code, pointers: pointers.to_vec() });
}

fn raw(api: &Api, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let request = api.request(Method::POST, path).header("Idempotency-Key", unique("key"));
    request.header("Content-Type", media_type).body(body)
}
