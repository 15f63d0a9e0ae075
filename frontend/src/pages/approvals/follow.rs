//! What happens to gates anywhere.

use crate::api::stream::{Follower, Message};
use crate::api::use_api;
use crate::state::{Inbox, Live};
use domain::RunId;
use domain::event::EventKind;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wire::EventResponse;

/// Counts what happened, so that whoever shows it reads it again.
#[derive(Debug, Clone, Copy)]
pub struct Changes {
    /// Changes of any gate.
    pub any: RwSignal<i64>,
    /// Changes of the gates of each run.
    of_runs: RwSignal<BTreeMap<RunId, i64>>,
    /// Times when changes may have been missed.
    unknown: RwSignal<i64>,
}

impl Changes {
    pub fn new() -> Self {
        Self { any: RwSignal::new(0), of_runs: RwSignal::new(BTreeMap::new()), unknown: RwSignal::new(0) }
    }

    /// Something happened to a gate of this run.
    pub fn note(self, run: RunId) {
        self.of_runs.update(|counts| *counts.entry(run).or_default() += 1);
        self.any.update(|count| *count += 1);
    }

    /// Something may have happened to any gate.
    pub fn note_unknown(self) {
        self.unknown.update(|count| *count += 1);
        self.any.update(|count| *count += 1);
    }

    /// Counts what happened, or may have, to the gates of one run.
    pub fn of(self, run: RunId) -> Memo<i64> {
        let known = move || self.of_runs.with(|counts| counts.get(&run).copied().unwrap_or_default());
        Memo::new(move |_| self.unknown.get() + known())
    }
}

/// Follows the events of all runs and notes those that concern gates.
pub fn follow(changes: Changes) {
    let inbox = expect_context::<Inbox>();
    let all = move || {
        changes.note_unknown();
        inbox.open.refetch();
    };
    let follower = Follower {
        on_message: Box::new(move |message| {
            if let Some(run) = run_with_changed_gate(&message) {
                changes.note(run);
                inbox.open.refetch();
            }
        }),
        on_live: Box::new(all),
        on_look: Box::new(all),
    };
    let followed = use_api().follow("/api/v1/events/stream".to_owned(), None, follower);
    expect_context::<Live>().show(followed);
}

/// The run that the message is about, where it changes a gate.
fn run_with_changed_gate(message: &Message) -> Option<RunId> {
    let changes_gate = match EventKind::parse(&message.name)? {
        EventKind::ApprovalRequested
        | EventKind::ApprovalBlocked
        | EventKind::ApprovalRefreshed
        | EventKind::ApprovalVoted
        | EventKind::ApprovalGranted
        | EventKind::ApprovalRejected
        | EventKind::ApprovalExpired
        | EventKind::RunFailed
        | EventKind::RunCancelled => true,
        EventKind::RunCreated
        | EventKind::RunRetried
        | EventKind::RunStarted
        | EventKind::StepStarted
        | EventKind::StepCompleted
        | EventKind::StepFailed
        | EventKind::RunCompleted => false,
    };
    let event: EventResponse = serde_json::from_str(&message.data).ok().filter(|_| changes_gate)?;
    Some(event.run_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case("approval_requested", true)]
    #[test_case("run_cancelled", true)]
    #[test_case("step_started", false)]
    #[test_case("something_new", false)]
    fn events_that_change_gates_are_noted(name: &str, expected: bool) {
        let id = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";
        let data = json!({
            "seq": 1, "event": "approval_requested", "topic": "t", "run_id": id, "project_id": id,
            "workflow_name": "w", "workflow_version": 1, "timestamp": "2026-11-22T15:04:05.000123Z",
            "correlation_id": "c", "step": null, "attempt": null, "actor": { "kind": "system" }, "data": {},
        });
        let message = Message { name: name.to_owned(), data: data.to_string() };
        assert_eq!(run_with_changed_gate(&message).is_some(), expected);
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        let message = Message { name: "approval_requested".to_owned(), data: "{".to_owned() };
        assert_eq!(run_with_changed_gate(&message), None);
    }
}
