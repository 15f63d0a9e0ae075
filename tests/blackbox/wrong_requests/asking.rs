//! Wrong addresses, wrong questions, wrong decisions, and callers who are nobody.

use super::{Target, Wrong, add};
use crate::support::Api;
use reqwest::Method;
use serde_json::{Value, json};

/// Paths that lead nowhere, methods that do not exist, identifiers of something else.
pub fn addresses(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let get = |path: &str| api.request(Method::GET, path);
    let nothing = uuid::Uuid::new_v4();
    add(list, "a path that leads nowhere", get("/no/such/thing"), 404, "not_found", &[]);
    add(list, "a path outside the version", get("/api/v2/projects"), 404, "not_found", &[]);
    add(list, "an id that is none", get("/projects/seventeen"), 404, "not_found", &[]);
    add(list, "an id of nothing", get(&format!("/projects/{nothing}")), 404, "not_found", &[]);
    add(list, "an id that climbs", get("/projects/..%2f..%2fetc%2fpasswd"), 404, "not_found", &[]);
    add(list, "an id with a NUL", get("/projects/%00"), 404, "not_found", &[]);
    add(
        list,
        "a run of another project",
        get(&format!("/projects/{}/runs/{}", target.archived, target.run.id)),
        404,
        "not_found",
        &[],
    );
    let gate = target.gate.rsplit_once('/').unwrap().1;
    add(
        list,
        "a gate of another run",
        get(&format!("{}/approvals/{gate}", target.other.path)),
        404,
        "not_found",
        &[],
    );
    let decide = api.posting(&format!("{}/approvals/{gate}/approve", target.other.path), &json!({}));
    add(
        list,
        "a decision on another run's gate",
        decide.header("If-Match", format!("\"{}\"", target.digest)),
        404,
        "not_found",
        &[],
    );
    add(
        list,
        "a step that is not there",
        get(&format!("{}/steps/nowhere/attempts/1/log", target.run.path)),
        404,
        "not_found",
        &[],
    );
    add(
        list,
        "an attempt of zero",
        get(&format!("{}/steps/run_tests/attempts/0/log", target.run.path)),
        404,
        "not_found",
        &[],
    );
    add(
        list,
        "an artifact of nothing",
        get(&format!("{}/artifacts/{nothing}", target.run.path)),
        404,
        "not_found",
        &[],
    );
    let start = json!({ "workflow": target.workflow });
    add(
        list,
        "a run of no project",
        api.posting(&format!("/projects/{nothing}/runs"), &start),
        404,
        "not_found",
        &[],
    );
    for (method, path) in
        [(Method::DELETE, "/projects"), (Method::PATCH, "/runs"), (Method::PUT, "/approvals")]
    {
        let what = format!("{method} {path}");
        add(list, &what, api.request(method, path), 405, "method_not_allowed", &[]);
    }
}

/// Query parameters.
pub fn queries(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let mut invalid = |path: String, pointers: &[&'static str]| {
        add(
            list,
            &format!("GET {path}"),
            api.request(Method::GET, &path),
            422,
            "validation_failed",
            pointers,
        );
    };
    invalid("/runs?limit=0".to_owned(), &["/query/limit"]);
    invalid("/runs?limit=201".to_owned(), &["/query/limit"]);
    invalid("/runs?limit=many".to_owned(), &["/query/limit"]);
    invalid("/runs?limit=1&limit=2".to_owned(), &["/query/limit"]);
    invalid("/runs?limit=99999999999999999999".to_owned(), &["/query/limit"]);
    invalid("/runs?sort=up".to_owned(), &["/query/sort"]);
    invalid("/runs?status=sleeping".to_owned(), &["/query/status/0"]);
    invalid("/runs?project_id=17".to_owned(), &["/query/project_id"]);
    invalid("/runs?cursor=garbage".to_owned(), &["/query/cursor"]);
    invalid(format!("/runs?cursor={}", target.cursor_of_projects), &["/query/cursor"]);
    invalid(format!("/runs?cursor={}", "A".repeat(600)), &["/query/cursor"]);
    invalid("/failures?reason=bad_luck&error_type=fate".to_owned(), &["/query/reason", "/query/error_type"]);
    invalid("/approvals?status=maybe".to_owned(), &["/query/status/0"]);
    invalid(
        format!("{}/events?after=-1&wait_ms=30001", target.run.path),
        &["/query/after", "/query/wait_ms"],
    );
    invalid(format!("{}/transitions?limit=1001", target.run.path), &["/query/limit"]);
}

/// Decisions.
pub fn decisions(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let path = format!("{}/approve", target.gate);
    let send = |body: Value, tag: &str| api.posting(&path, &body).header("If-Match", tag);
    let tag = format!("\"{}\"", target.digest);
    let zero = format!("\"sha256:{}\"", "0".repeat(64));
    add(list, "a decision on nothing", api.posting(&path, &json!({})), 428, "precondition_required", &[]);
    add(list, "a decision on other evidence", send(json!({}), &zero), 412, "stale_evidence", &[]);
    add(
        list,
        "a decision with an unknown field",
        send(json!({ "force": true }), &tag),
        422,
        "validation_failed",
        &["/force"],
    );
    add(
        list,
        "a rationale that is a list",
        send(json!({ "rationale": ["x"] }), &tag),
        422,
        "validation_failed",
        &["/rationale"],
    );
    add(
        list,
        "a rationale without end",
        send(json!({ "rationale": "x".repeat(4001) }), &tag),
        422,
        "validation_failed",
        &["/rationale"],
    );
    add(
        list,
        "a decision on a digest without quotes",
        send(json!({}), &target.digest),
        422,
        "validation_failed",
        &["/headers/If-Match"],
    );
}

/// Callers who are nobody.
pub fn strangers(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let anonymous = api.anonymous();
    add(list, "no token", anonymous.request(Method::GET, "/runs"), 401, "unauthenticated", &[]);
    let bad = api.with_token("jido_not-a-token");
    add(list, "a token of nobody", bad.request(Method::GET, "/runs"), 401, "unauthenticated", &[]);
    add(
        list,
        "a token of nobody that would write",
        bad.posting("/projects", &json!({ "name": "x" })),
        401,
        "unauthenticated",
        &[],
    );
    let basic = anonymous.request(Method::GET, "/runs").basic_auth("owner", Some("owner"));
    add(list, "a password", basic, 401, "unauthenticated", &[]);
    let cookie = anonymous.request(Method::GET, "/runs").header("Cookie", "jido_session=jido_guess");
    add(list, "a guessed session", cookie, 401, "unauthenticated", &[]);
    let approve = anonymous.posting(&format!("{}/approve", target.gate), &json!({}));
    add(
        list,
        "an approval by nobody",
        approve.header("If-Match", format!("\"{}\"", target.digest)),
        401,
        "unauthenticated",
        &[],
    );
    let in_address = anonymous.request(Method::GET, "/runs?token=jido_x");
    add(list, "a token in the address", in_address, 401, "unauthenticated", &[]);
}
