use super::*;
use serde_json::json;
use test_case::test_case;

fn steps(value: Value) -> Vec<StepResponse> {
    let steps = value.as_array().unwrap().iter().map(|step| {
        let attempts: Vec<Value> = step["attempts"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(index, attempt)| {
                json!({
                    "attempt": index + 1, "state": "succeeded", "started_at": attempt["at"], "finished_at": null,
                    "duration_ms": null, "exit_code": null, "outputs": null, "failure": null, "tests": null,
                    "log_bytes": attempt["log"], "confinement": null, "confinement_detail": [], "commit": null
                })
            })
            .collect();
        json!({ "step": step["step"], "title": null, "uses": "command", "state": null, "attempts": attempts })
    });
    serde_json::from_value(Value::Array(steps.collect())).unwrap()
}

/// `code` was tried twice, `test` once, the gate and `ship` never wrote anything.
fn reworked() -> Vec<StepResponse> {
    let at = |minute: u32| format!("2026-11-22T15:{minute:02}:00.000000Z");
    steps(json!([
        { "step": "code", "attempts": [{ "at": at(1), "log": 10 }, { "at": at(5), "log": 10 }] },
        { "step": "test", "attempts": [{ "at": at(3), "log": 10 }] },
        { "step": "gate", "attempts": [{ "at": at(6), "log": 0 }] },
        { "step": "ship", "attempts": [] },
    ]))
}

fn run(status: &str, current: Option<&str>, failed: Option<&str>) -> RunResponse {
    let id = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";
    let at = "2026-11-22T15:00:00.000000Z";
    let failure = failed.map(|step| {
        json!({ "error_type": "execution", "reason": "tests_failed", "detail": "", "failed_step": step,
            "last_successful_step": null, "remediation": "", "safe_retry": "step", "timestamp": at,
            "complete": true, "missing_fields": [] })
    });
    serde_json::from_value(json!({
        "id": id, "number": 3, "project_id": id, "page": "/p", "topic": "t", "title": null, "labels": {},
        "workflow": { "name": "fix", "version": 1, "digest": format!("sha256:{}", "0".repeat(64)) },
        "status": status, "current_step": current, "trigger": { "source": "ui", "mode": "manual" },
        "initiating_actor": { "kind": "system" },
        "inputs": { "signal": "a & b/ü", "count": 3, "deep": { "x": 1 }, "long": "x".repeat(2_000) },
        "input_metadata": {}, "base_ref": null, "base_commit": null, "attempt": 1, "retry_of": null,
        "root_run_id": id, "correlation_id": "c", "created_at": at, "started_at": null, "completed_at": null,
        "failure": failure, "approval": null, "allowed_actions": [],
        "diagnostics": { "event_channel": 0, "approval_context": 0 }, "revision": 1, "last_event_seq": 1
    }))
    .unwrap()
}

fn named(selected: Option<Selected>) -> Option<(String, u32)> {
    selected.map(|selected| (selected.step.to_string(), selected.attempt))
}

#[test_case(Some("code"), Some("1"), Some(("code", 1)))]
#[test_case(Some("code"), None, Some(("code", 2)); "without a number it is the newest")]
#[test_case(Some("code"), Some("3"), None; "there is no such attempt")]
#[test_case(Some("ship"), None, None; "a step not tried yet")]
#[test_case(Some("other"), Some("1"), None; "no such step")]
#[test_case(None, None, None)]
fn an_address_selects_an_attempt(step: Option<&str>, attempt: Option<&str>, expected: Option<(&str, u32)>) {
    let expected = expected.map(|(step, attempt)| (step.to_owned(), attempt));
    assert_eq!(named(Selected::of_query(step, attempt, &reworked())), expected);
}

#[test_case("failed", None, Some("test"), ("test", 1); "the step that failed")]
#[test_case("running", Some("code"), None, ("code", 2); "the step that works")]
#[test_case("awaiting_approval", Some("gate"), None, ("code", 2); "a gate has no output")]
#[test_case("completed", None, None, ("code", 2); "the last output by time")]
fn without_an_address_the_telling_attempt_is_selected(
    status: &str,
    current: Option<&str>,
    failed: Option<&str>,
    expected: (&str, u32),
) {
    let selected = Selected::usual(&run(status, current, failed), &reworked());
    assert_eq!(named(selected), Some((expected.0.to_owned(), expected.1)));
}

#[test]
fn nothing_is_selected_before_the_first_attempt() {
    let untried = steps(json!([{ "step": "code", "attempts": [] }]));
    assert_eq!(Selected::usual(&run("pending", Some("code"), None), &untried), None);
}

#[test]
fn a_run_is_started_again_with_its_short_inputs() {
    let address = start_again(&run("failed", None, None));
    assert_eq!(
        address,
        "/workflows?workflow=fix&project=0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77\
         &input.count=3&input.signal=a%20%26%20b%2F%C3%BC"
    );
}

#[test_case(None, Tab::Timeline)]
#[test_case(Some("artifacts"), Tab::Artifacts)]
#[test_case(Some("nonsense"), Tab::Timeline)]
fn tabs_are_read_from_the_address(value: Option<&str>, expected: Tab) {
    assert_eq!(Tab::of_query(value), expected);
    assert_eq!(Tab::of_query(Some(expected.key())), expected);
}
