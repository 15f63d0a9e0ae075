//! Requests that no client should send: each is refused with a problem that says what is wrong, and nothing is stored.

use crate::support::workflows::one_command;
use crate::support::{Api, Backend, Options, Repository, Run, Scene, unique};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
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

/// What the requests are sent at.
struct Target {
    project: String,
    archived: String,
    workflow: String,
    run: Run,
    gate: String,
    digest: String,
    other: Run,
    etag: String,
    /// A key that has started a run already, and the body it did that with.
    used: (String, Value),
    cursor_of_projects: String,
}

#[test_case(Backend::Sqlite; "sqlite")]
#[test_case(Backend::Postgres; "postgresql")]
#[tokio::test]
async fn wrong_requests_are_refused_with_a_reason_and_store_nothing(backend: Backend) {
    let scene = Scene::own(&Options::on(backend));
    let repository = Repository::broken();
    let target = Target::prepare(&scene, &repository).await;
    let mut wrong = Vec::new();
    bodies(&scene.api, &target, &mut wrong);
    runs(&scene.api, &target, &mut wrong);
    definitions(&scene.api, &target, &mut wrong);
    addresses(&scene.api, &target, &mut wrong);
    queries(&scene.api, &target, &mut wrong);
    decisions(&scene.api, &target, &mut wrong);
    strangers(&scene.api, &target, &mut wrong);
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

impl Target {
    async fn prepare(scene: &Scene, repository: &Repository) -> Self {
        let run = scene.gate(repository).await;
        let other = scene.gate(repository).await;
        let archived = scene.bare_project().await;
        scene.bare_project().await;
        let etag = scene.api.get(&format!("/projects/{archived}")).await.header("etag").to_owned();
        let request = scene.api.posting(&format!("/projects/{archived}/archive"), &json!({}));
        scene.api.send(request.header("If-Match", etag)).await.expect(200);
        let workflow = scene.publish(&one_command("true")).await;
        let project = run.project.clone();
        let key = unique("key");
        let body = json!({ "workflow": workflow, "title": "the first" });
        let path = format!("/projects/{project}/runs");
        let request = scene.api.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
        let first = scene.api.send(request).await.expect(201);
        let id = first["id"].as_str().unwrap().to_owned();
        Run::new(scene.api.clone(), project.clone(), id.clone()).wait_for_end().await;
        wait_until_gone(&scene.server.data().join("runs").join(id)).await;
        let projects = scene.api.get("/projects?limit=1").await.expect(200);
        Self {
            gate: run.approval_path().await,
            digest: run.digest().await,
            etag: scene.api.get(&format!("/projects/{project}")).await.header("etag").to_owned(),
            cursor_of_projects: projects["next_cursor"].as_str().unwrap().to_owned(),
            used: (key, body),
            project,
            archived,
            workflow,
            run,
            other,
        }
    }
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

/// Bodies of projects: the form before the meaning.
fn bodies(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let invalid = |list: &mut Vec<Wrong>, what: &str, body: Value, pointers: &[&'static str]| {
        add(list, what, api.posting("/projects", &body), 422, "validation_failed", pointers);
    };
    let name = unique("project");
    invalid(list, "a project without a name", json!({}), &["/name"]);
    invalid(list, "a number for a name", json!({ "name": 7 }), &["/name"]);
    invalid(list, "an empty name", json!({ "name": "" }), &["/name"]);
    invalid(list, "a name with a control character", json!({ "name": "a\u{7}b" }), &["/name"]);
    invalid(list, "a name of 101 characters", json!({ "name": "n".repeat(101) }), &["/name"]);
    invalid(list, "an unknown field", json!({ "name": name, "colour": "red" }), &["/colour"]);
    invalid(
        list,
        "a text for a list",
        json!({ "name": name, "test_command": "cargo test" }),
        &["/test_command"],
    );
    invalid(
        list,
        "a null in a list",
        json!({ "name": name, "test_command": ["cargo", null] }),
        &["/test_command/1"],
    );
    invalid(
        list,
        "several faults at once",
        json!({ "name": 1, "agent": "", "shipping": { "mode": "teleport", "x": 1 }, "y": 2 }),
        &["/name", "/agent", "/shipping/mode", "/shipping/x", "/y"],
    );
    invalid(list, "a list for an object", json!([1, 2]), &[""]);
    invalid(
        list,
        "a repository that is no address",
        json!({ "name": name, "repository": "--upload-pack=x" }),
        &["/repository"],
    );
    invalid(
        list,
        "a repository with a password",
        json!({ "name": name, "repository": "https://user:secret@example.org/x.git" }),
        &["/repository"],
    );
    invalid(
        list,
        "a branch pattern without the run",
        json!({ "name": name, "shipping": { "branch_pattern": "always-the-same" } }),
        &["/shipping/branch_pattern"],
    );
    add(
        list,
        "JSON that breaks off",
        raw(api, "/projects", "application/json", "{\"name\": "),
        400,
        "malformed_json",
        &[],
    );
    add(
        list,
        "bytes that are no text",
        raw(api, "/projects", "application/json", vec![0xff, 0xfe, 0x00]),
        400,
        "malformed_json",
        &[],
    );
    add(
        list,
        "JSON nested without end",
        raw(api, "/projects", "application/json", "[".repeat(200_000)),
        400,
        "malformed_json",
        &[],
    );
    add(
        list,
        "a form",
        raw(api, "/projects", "application/x-www-form-urlencoded", "name=x"),
        415,
        "unsupported_media_type",
        &[],
    );
    add(
        list,
        "JSON that calls itself text",
        raw(api, "/projects", "text/plain", "{\"name\":\"x\"}"),
        415,
        "unsupported_media_type",
        &[],
    );
    let large = format!("{{\"name\": \"x\", \"agent\": \"{}\"}}", "a".repeat(1 << 20));
    add(
        list,
        "a body beyond 1 MiB",
        raw(api, "/projects", "application/json", large),
        413,
        "body_too_large",
        &[],
    );
    let key = api.request(Method::POST, "/projects").json(&json!({ "name": unique("project") }));
    add(
        list,
        "a key of blanks",
        key.header("Idempotency-Key", "a b"),
        422,
        "validation_failed",
        &["/headers/Idempotency-Key"],
    );
    let update = |etag: Option<&str>| {
        let body = json!({ "name": unique("project") });
        let request = api.request(Method::PUT, &format!("/projects/{}", target.project)).json(&body);
        match etag {
            Some(etag) => request.header("If-Match", etag),
            None => request,
        }
    };
    add(list, "an update of nobody knows what", update(None), 428, "precondition_required", &[]);
    add(list, "an update of an older state", update(Some("\"999\"")), 412, "stale_revision", &[]);
    let weak = format!("W/{}", target.etag);
    add(list, "a weak tag", update(Some(&weak)), 422, "validation_failed", &["/headers/If-Match"]);
    add(list, "a tag without quotes", update(Some("1")), 422, "validation_failed", &["/headers/If-Match"]);
}

/// Starts of runs.
fn runs(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let path = format!("/projects/{}/runs", target.project);
    let invalid = |list: &mut Vec<Wrong>, what: &str, body: Value, pointers: &[&'static str]| {
        add(list, what, api.posting(&path, &body), 422, "validation_failed", pointers);
    };
    let usual = "fix_failing_tests";
    invalid(list, "a run of nothing", json!({}), &["/workflow"]);
    invalid(list, "a run of an unknown workflow", json!({ "workflow": "no_such_flow" }), &["/workflow"]);
    invalid(
        list,
        "a run of an unknown version",
        json!({ "workflow": usual, "version": 99, "inputs": { "failure_signal": "x" } }),
        &["/version"],
    );
    invalid(list, "a version of zero", json!({ "workflow": usual, "version": 0 }), &["/version"]);
    invalid(
        list,
        "a version in words",
        json!({ "workflow": target.workflow, "version": "three" }),
        &["/version"],
    );
    invalid(list, "a run without its inputs", json!({ "workflow": usual }), &["/inputs/failure_signal"]);
    invalid(
        list,
        "an input of the wrong type",
        json!({ "workflow": usual, "inputs": { "failure_signal": 1 } }),
        &["/inputs/failure_signal"],
    );
    invalid(
        list,
        "an input nobody asked for",
        json!({ "workflow": usual, "inputs": { "failure_signal": "", "more": 1 } }),
        &["/inputs/failure_signal", "/inputs/more"],
    );
    invalid(list, "inputs in a list", json!({ "workflow": usual, "inputs": [] }), &["/inputs"]);
    invalid(
        list,
        "a label that is a number",
        json!({ "workflow": target.workflow, "labels": { "a": 1 } }),
        &["/labels/a"],
    );
    let long = json!({ "workflow": target.workflow, "labels": { "a": "x".repeat(64) } });
    invalid(list, "a label of 64 characters", long, &["/labels/a"]);
    let many: BTreeMap<String, String> =
        (0..33).map(|number| (format!("l{number}"), String::new())).collect();
    invalid(list, "33 labels", json!({ "workflow": target.workflow, "labels": many }), &["/labels"]);
    invalid(
        list,
        "a title with a line feed",
        json!({ "workflow": target.workflow, "title": "a\nb" }),
        &["/title"],
    );
    let nobody = json!({ "name": unique("project"), "agent": "nobody", "credential": "none" });
    add(
        list,
        "names that the configuration lacks",
        api.posting("/projects", &nobody),
        422,
        "validation_failed",
        &["/agent", "/credential"],
    );
    let (key, body) = &target.used;
    let mut other = body.clone();
    other["title"] = json!("another");
    let again = api.request(Method::POST, &path).header("Idempotency-Key", key).json(&other);
    add(list, "a key used for another body", again, 422, "idempotency_key_reused", &[]);
    let of_archived = format!("/projects/{}/runs", target.archived);
    let start = json!({ "workflow": "issue_triage", "inputs": { "issue_title": "x", "issue_body": "y" } });
    add(
        list,
        "a run of an archived project",
        api.posting(&of_archived, &start),
        409,
        "project_archived",
        &[],
    );
    let ended = json!({ "reason": "x".repeat(4001) });
    let cancel = format!("{}/cancel", target.run.path);
    add(list, "a reason without end", api.posting(&cancel, &ended), 422, "validation_failed", &["/reason"]);
}

/// Definitions of workflows.
fn definitions(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let name = unique("flow");
    let path = format!("/workflows/{name}/versions");
    let publish = |text: String| raw(api, &path, "application/yaml", text.replace("NAME", &name));
    let invalid = |list: &mut Vec<Wrong>, what: &str, text: &str, pointers: &[&'static str]| {
        add(list, what, publish(text.to_owned()), 422, "validation_failed", pointers);
    };
    let set = "{ key: a, uses: set, with: { outputs: {} } }";
    invalid(list, "a definition without steps", "name: NAME\n", &["/steps"]);
    invalid(list, "a definition with no step", "name: NAME\nsteps: []\n", &["/steps"]);
    invalid(
        list,
        "a definition of another name",
        &format!("name: other_name\nsteps:\n  - {set}\n"),
        &["/name"],
    );
    invalid(
        list,
        "a step of an unknown kind",
        "name: NAME\nsteps:\n  - { key: a, uses: magic }\n",
        &["/steps/0/uses"],
    );
    invalid(
        list,
        "two steps of one key",
        &format!("name: NAME\nsteps:\n  - {set}\n  - {set}\n"),
        &["/steps/1/key"],
    );
    invalid(
        list,
        "a step that needs an unknown one",
        "name: NAME\nsteps:\n  - { key: a, uses: set, needs: [z], with: { outputs: {} } }\n",
        &["/steps/0/needs/0"],
    );
    invalid(list, "a ship without a gate", "name: NAME\nsteps:\n  - { key: a, uses: ship }\n", &["/steps/0"]);
    invalid(
        list,
        "a gate that sends back to a later step",
        &format!(
            "name: NAME\nsteps:\n  - {{ key: g, uses: approval, with: {{ on_reject: {{ action: retry_step, step: a }} }} }}\n  - {set}\n"
        ),
        &["/steps/0/with/on_reject/step"],
    );
    invalid(
        list,
        "a schema that is none",
        &format!(
            "name: NAME\ninputs: {{ type: object, properties: {{ a: {{ type: sandwich }} }} }}\nsteps:\n  - {set}\n"
        ),
        &["/inputs/properties/a/type"],
    );
    add(list, "YAML that breaks off", publish("name: [".to_owned()), 422, "validation_failed", &[""]);
    add(
        list,
        "YAML with a billion laughs",
        publish("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n".to_owned()),
        422,
        "validation_failed",
        &[""],
    );
    add(
        list,
        "a definition as XML",
        raw(api, &path, "application/xml", "<a/>"),
        415,
        "unsupported_media_type",
        &[],
    );
    add(
        list,
        "a definition that would not be valid, asked without publishing",
        raw(api, "/workflows/validate", "application/json", "{}"),
        422,
        "validation_failed",
        &["/name", "/steps"],
    );
    add(
        list,
        "a name that is none",
        raw(api, "/workflows/No%20Name/versions", "application/json", "{}"),
        404,
        "not_found",
        &[],
    );
    add(
        list,
        "a version that is not there",
        api.request(Method::GET, &format!("/workflows/{}/versions/7", target.workflow)),
        404,
        "not_found",
        &[],
    );
}

/// Paths that lead nowhere, methods that do not exist, identifiers of something else.
fn addresses(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
fn queries(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
fn decisions(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
fn strangers(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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

/// Everything that a request could have changed.
#[derive(PartialEq, Eq)]
struct Stored {
    /// Each table's or database file's content, as a digest.
    rows: BTreeMap<String, String>,
    /// Each file of the data folder that is not the database's, with its size.
    files: BTreeMap<String, u64>,
}

impl Stored {
    fn of(scene: &Scene) -> Self {
        let data = scene.server.data();
        let mut files = BTreeMap::new();
        collect(&data, &data, &mut files);
        let rows = match scene.server.psql("SELECT string_agg(table_name::text, ' ') FROM information_schema.tables WHERE table_schema = 'public'") {
            Some(tables) => tables.split_whitespace().map(|table| (table.to_owned(), content_of_table(scene, table))).collect(),
            // A write adds to the log before it reaches the file: both are as they were when nothing was written.
            None => ["jido.sqlite", "jido.sqlite-wal"].map(|name| (name.to_owned(), digest(&data.join(name)))).into(),
        };
        Self { rows, files }
    }

    fn difference(&self, other: &Self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .filter(|(name, content)| other.rows.get(*name) != Some(*content))
            .map(|(name, _)| name)
            .collect();
        let missing = |from: &Self, than: &Self| -> Vec<String> {
            let differs = |(name, size): &(&String, &u64)| than.files.get(*name) != Some(*size);
            from.files.iter().filter(differs).map(|(name, size)| format!("{name} ({size})")).collect()
        };
        let files = (missing(self, other), missing(other, self));
        format!("rows of {rows:?}, files {files:?}")
    }
}

fn content_of_table(scene: &Scene, table: &str) -> String {
    let sql = format!(
        "SELECT count(*) || ' rows ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {table} AS t"
    );
    scene.server.psql(&sql).expect("the database is PostgreSQL")
}

fn digest(path: &Path) -> String {
    hex::encode(Sha256::digest(std::fs::read(path).unwrap_or_default()))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, u64>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if name.starts_with("jido.sqlite") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.insert(format!("{name}/"), 0);
            collect(root, &path, files);
        } else {
            files.insert(name, entry.metadata().map_or(0, |metadata| metadata.len()));
        }
    }
}

/// The workspace of a run that has ended is removed after its last event.
async fn wait_until_gone(folder: &Path) {
    let began = std::time::Instant::now();
    while folder.exists() {
        assert!(began.elapsed() < crate::support::PATIENCE, "{} is still there", folder.display());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
