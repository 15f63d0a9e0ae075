//! What the page says of events, reasons and kinds of steps.

use super::view::RunView;
use crate::state::duration;
use domain::event::EventKind;
use domain::failure::SafeRetry;
use domain::run::Status;
use domain::{Actor, ActorKind, RunId};
use leptos::prelude::With;
use serde_json::{Map, Value};

/// A code such as `tests_failed` as words.
pub fn of_code(code: &str) -> String {
    code.replace('_', " ")
}

/// The same with a capital letter, to begin a sentence or a heading.
pub fn sentence(code: &str) -> String {
    let words = of_code(code);
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

pub const fn of_event(kind: EventKind) -> &'static str {
    match kind {
        EventKind::RunCreated => "Run created",
        EventKind::RunRetried => "Run retried",
        EventKind::RunStarted => "Run started",
        EventKind::StepStarted => "Step started",
        EventKind::StepCompleted => "Step completed",
        EventKind::StepFailed => "Step failed",
        EventKind::ApprovalRequested => "Approval requested",
        EventKind::ApprovalBlocked => "Gate blocked, its evidence could not be built",
        EventKind::ApprovalRefreshed => "Evidence built anew",
        EventKind::ApprovalVoted => "Vote recorded",
        EventKind::ApprovalGranted => "Approved",
        EventKind::ApprovalRejected => "Rejected",
        EventKind::ApprovalExpired => "Gate expired",
        EventKind::RunCompleted => "Run completed",
        EventKind::RunFailed => "Run failed",
        EventKind::RunCancelled => "Run cancelled",
    }
}

/// Which mark an event gets: as the status that it leads to.
pub const fn tone(kind: EventKind) -> &'static str {
    match kind {
        EventKind::RunCreated | EventKind::RunRetried => "pending",
        EventKind::RunStarted | EventKind::StepStarted => "running",
        EventKind::StepCompleted | EventKind::ApprovalGranted | EventKind::RunCompleted => "completed",
        EventKind::StepFailed | EventKind::ApprovalRejected | EventKind::RunFailed => "failed",
        EventKind::ApprovalRequested
        | EventKind::ApprovalBlocked
        | EventKind::ApprovalRefreshed
        | EventKind::ApprovalVoted => "awaiting",
        EventKind::ApprovalExpired | EventKind::RunCancelled => "cancelled",
    }
}

pub const fn of_status(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Running => "running",
        Status::AwaitingApproval => "awaiting approval",
        Status::Completed => "completed",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
    }
}

pub fn of_actor(actor: &Actor) -> String {
    match actor.kind {
        ActorKind::System => "the runtime".to_owned(),
        ActorKind::User => {
            let name = actor.name.clone().unwrap_or_else(|| "a user without a name".to_owned());
            if actor.token_id.is_some() { format!("{name} (by API token)") } else { name }
        }
    }
}

/// An earlier run of the lineage.
pub fn of_earlier(view: RunView, earlier: RunId) -> String {
    view.run.data.with(|run| match run {
        Some(run) if run.retry_of == Some(earlier) => format!("attempt {}", run.attempt.saturating_sub(1)),
        Some(run) if run.root_run_id == earlier => "attempt 1".to_owned(),
        Some(_) | None => "an earlier attempt".to_owned(),
    })
}

pub const fn of_safe_retry(retry: SafeRetry) -> &'static str {
    match retry {
        SafeRetry::FullRun => "The whole run can be repeated without harm.",
        SafeRetry::Step => "The failed step alone can be repeated without harm.",
        SafeRetry::None => "Repeating it would not help, or could do harm.",
    }
}

/// What ending a step of this kind in the middle means.
pub fn of_interruption(uses: &str) -> &'static str {
    match uses {
        "agent" => {
            "The coding agent is ended. What it changed so far stays in the run's workspace and is not shipped."
        }
        "command" => "The command is ended. What it did outside of the run's workspace is not undone.",
        "test" => "The test command is ended. Nothing is shipped.",
        "approval" => "The gate closes undecided. Nothing is shipped.",
        "ship" => "The push may have begun; look at the remote's branch afterwards.",
        _ => "The step is ended. What it did outside of the run's workspace is not undone.",
    }
}

/// The rationale of a decision, if the event has one.
pub fn rationale(data: &Map<String, Value>) -> Option<&str> {
    data.get("rationale")?.as_str().filter(|text| !text.is_empty())
}

/// The data of an event as short facts. What the page does not know is shown as it came.
pub fn facts(data: &Map<String, Value>) -> Vec<String> {
    let mut facts = Vec::new();
    let number = |name: &str| data.get(name).and_then(Value::as_u64);
    if let Some(code) = data.get("exit_code").and_then(Value::as_i64) {
        facts.push(format!("exit code {code}"));
    }
    if let Some(milliseconds) = number("duration_ms") {
        facts.push(format!("took {}", duration(milliseconds)));
    }
    if let Some(reason) = data.get("reason").and_then(Value::as_str) {
        facts.push(of_code(reason));
    }
    if let (Some(approvals), Some(required)) = (number("approvals"), number("required_approvals")) {
        facts.push(format!("{approvals} of {required} approvals"));
    }
    match (data.get("will_retry").and_then(Value::as_bool), number("retry_in_ms")) {
        (Some(true), Some(delay)) => facts.push(format!("tried again in {}", duration(delay))),
        (Some(true), None) => facts.push("tried again".to_owned()),
        (Some(false) | None, _) => {}
    }
    const KNOWN: [&str; 12] = [
        "approval_id",
        "approvals",
        "detail",
        "duration_ms",
        "error_type",
        "evidence_digest",
        "exit_code",
        "rationale",
        "reason",
        "required_approvals",
        "retry_in_ms",
        "will_retry",
    ];
    let unknown = data.iter().filter(|(name, value)| !KNOWN.contains(&name.as_str()) && !value.is_null());
    facts.extend(unknown.map(|(name, value)| format!("{}: {}", of_code(name), plain(value))));
    facts
}

/// A value as text: a string as it is, anything else as JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number of bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case(json!({"duration_ms": 1834, "exit_code": 0}), &["exit code 0", "took 1.8 s"]; "a step")]
    #[test_case(json!({"error_type": "execution", "reason": "tests_failed", "detail": "2 of 44", "will_retry": true, "retry_in_ms": 12000}),
        &["tests failed", "tried again in 12 s"]; "a failed try")]
    #[test_case(json!({"approval_id": "0199", "rationale": "no", "approvals": 1, "required_approvals": 2}),
        &["1 of 2 approvals"]; "a vote")]
    #[test_case(json!({"base_commit": "abc", "later": {"a": 1}, "nothing": null}),
        &["base commit: abc", "later: {\"a\":1}"]; "data of a later server")]
    fn event_data_becomes_facts(data: Value, expected: &[&str]) {
        assert_eq!(facts(data.as_object().unwrap()), expected);
    }

    #[test_case(999, "999 B")]
    #[test_case(1_500, "1.5 kB")]
    #[test_case(2_000_000, "2.0 MB")]
    fn sizes_have_units(bytes: u64, expected: &str) {
        assert_eq!(size(bytes), expected);
    }

    #[test]
    fn codes_become_sentences() {
        assert_eq!(sentence("tests_failed"), "Tests failed");
        assert_eq!(sentence(""), "");
    }
}
