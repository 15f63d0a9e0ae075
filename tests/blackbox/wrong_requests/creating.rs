//! Wrong projects, runs and definitions.

use super::{Target, Wrong, add, raw};
use crate::support::{Api, unique};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bodies of projects: the form before the meaning.
pub fn bodies(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
pub fn runs(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
    hostile_bases(api, target, list);
    invalid(
        list,
        "a run of a workflow that people cannot start",
        json!({ "workflow": target.untriggered }),
        &["/workflow"],
    );
    invalid(
        list,
        "everything at once",
        json!({ "workflow": usual, "title": "a\nb", "labels": { "a": 1 }, "base_ref": "-x", "more": 1,
            "inputs": { "failure_signal": 1 } }),
        &["/title", "/labels/a", "/base_ref", "/more", "/inputs/failure_signal"],
    );
    invalid(
        list,
        "a base and inputs that are wrong, of a form that is right",
        json!({ "workflow": usual, "base_ref": "a..b", "inputs": {} }),
        &["/base_ref", "/inputs/failure_signal"],
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

/// Bases whose form alone shows that they name no branch, tag or commit.
fn hostile_bases(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
    let path = format!("/projects/{}/runs", target.project);
    let bases = [
        "-x",
        "--upload-pack=touch",
        "a..b",
        "main@{1}",
        "main@{upstream}",
        "a\u{7}b",
        "a\nb",
        "a\u{0}b",
        "a b",
        "a:b",
        "a^",
        "a~1",
        "@",
        "/a",
        "a/",
        "a.lock",
        ".a",
        "a//b",
        "refs/jido/runs/x",
        "refs/remotes/origin/main",
        "refs/x",
        "HEAD^{tree}",
    ];
    let long = "a".repeat(10_000);
    for base in bases.into_iter().chain([long.as_str()]) {
        let body = json!({ "workflow": target.workflow, "base_ref": base });
        let what = format!("a run from the base {:?}", base.chars().take(40).collect::<String>());
        add(list, &what, api.posting(&path, &body), 422, "validation_failed", &["/base_ref"]);
    }
}

/// Definitions of workflows.
pub fn definitions(api: &Api, target: &Target, list: &mut Vec<Wrong>) {
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
