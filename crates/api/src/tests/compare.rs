//! Versions compared, and limits on the wire.

use super::support::Fixture;
use serde_json::{Value, json};

fn set(key: &str, text: &str) -> Value {
    json!({ "key": key, "uses": "set", "needs": [], "with": { "outputs": { "text": text } } })
}

async fn publish(fixture: &Fixture, inputs: Value, steps: Vec<Value>) {
    let definition = json!({ "name": "flow", "inputs": inputs, "steps": steps });
    let answer = fixture.send(fixture.post("/api/v1/workflows/flow/versions", definition)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[actix_web::test]
async fn two_versions_are_compared_by_value_step_input_and_text() {
    let fixture = Fixture::new().await;
    let before = json!({ "type": "object", "required": ["kept"], "properties": {
        "kept": { "type": ["string", "integer"] }, "gone": { "type": "string" }, "level": { "enum": ["low", "high"] },
        "wider": { "type": "integer" } } });
    let after = json!({ "type": "object", "required": ["kept", "fresh", "given"], "properties": {
        "kept": { "type": "string" }, "fresh": { "type": "string" }, "level": { "enum": ["low"] },
        "given": { "type": "string", "default": "x" }, "wider": { "type": "number" } } });
    publish(&fixture, before, vec![set("a", "1"), set("b", "1"), set("c", "1"), set("d", "1")]).await;
    publish(&fixture, after, vec![set("c", "1"), set("a", "1"), set("b", "2"), set("e", "1")]).await;
    let path = "/api/v1/workflows/flow/versions/2/compare?against=1";
    let answer = fixture.send(fixture.get(path)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let found = answer.json();
    assert_eq!((&found["version"], &found["against"]), (&json!(2), &json!(1)));
    assert_eq!(
        found["steps"],
        json!([
            { "key": "d", "kind": "removed" }, { "key": "c", "kind": "moved" },
            { "key": "b", "kind": "changed" }, { "key": "e", "kind": "added" },
        ])
    );
    assert_eq!(
        found["input_breaks"],
        json!([
            { "input": "gone", "kind": "removed" }, { "input": "kept", "kind": "narrowed_type" },
            { "input": "level", "kind": "narrowed_enum" }, { "input": "fresh", "kind": "newly_required" },
        ])
    );
    let changes = found["changes"].as_array().unwrap();
    let change = |pointer: &str| changes.iter().find(|change| change["pointer"] == pointer).unwrap().clone();
    assert_eq!(
        change("/inputs/properties/gone"),
        json!({ "pointer": "/inputs/properties/gone", "kind": "removed", "before": { "type": "string" } })
    );
    assert_eq!(
        change("/inputs/properties/wider/type"),
        json!({ "pointer": "/inputs/properties/wider/type", "kind": "changed", "before": "integer", "after": "number" })
    );
    let text = found["text"].as_str().unwrap();
    assert!(text.starts_with("--- flow/1\n+++ flow/2\n@@"), "{text}");
    assert!(text.contains("-        \"type\": \"integer\"\n+        \"type\": \"number\"\n"), "{text}");
}

#[actix_web::test]
async fn a_version_equals_itself_and_one_that_is_not_there_is_a_fault_or_missing() {
    let fixture = Fixture::new().await;
    publish(&fixture, json!({ "type": "object" }), vec![set("a", "1")]).await;
    let compare = async |path: &str| {
        fixture.send(fixture.get(&format!("/api/v1/workflows/flow/versions/{path}"))).await
    };
    let same = compare("1/compare?against=1").await.json();
    for part in ["changes", "steps", "input_breaks"] {
        assert_eq!(same[part], json!([]), "{part}");
    }
    assert_eq!(same["text"], "");
    assert_eq!(compare("2/compare?against=1").await.code(), "not_found");
    for against in ["?against=2", "?against=0", "?against=x", ""] {
        let refused = compare(&format!("1/compare{against}")).await;
        assert_eq!(refused.faults()[0].0, "/query/against", "{against}");
    }
}

#[actix_web::test]
async fn limits_are_shown_and_a_run_says_what_it_waits_for() {
    let fixture = Fixture::new().await;
    let body = json!({ "name": "parser", "concurrency": { "max_runs": 1, "on_limit": "refuse" } });
    let project = fixture.send(fixture.post("/api/v1/projects", body)).await.json();
    assert_eq!(project["concurrency"], json!({ "max_runs": 1, "on_limit": "refuse" }));
    let project = project["id"].as_str().unwrap().to_owned();
    fixture.gated_workflow(json!({})).await;
    let first = fixture.send(fixture.get(&fixture.start(&project).await)).await.json();
    assert_eq!(first["waiting_for"], Value::Null, "a slot is free; no worker has come yet");
    let path = format!("/api/v1/projects/{project}/runs");
    let body = json!({ "workflow": "gated", "inputs": { "subject": "x" } });
    let refused = fixture.send(fixture.post(&path, body)).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "concurrency_limit"));
    let full = json!({ "group": "project", "limit": 1, "runs": [first["id"]] });
    assert_eq!(refused.json()["concurrency"], full);
    let wrong = json!({ "name": "x", "concurrency": { "max_runs": 0, "on_limit": "wait", "more": 1 } });
    let faults = fixture.send(fixture.post("/api/v1/projects", wrong)).await.faults();
    let pointers: Vec<_> = faults.into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/concurrency/max_runs", "/concurrency/more", "/concurrency/on_limit"]);
}
