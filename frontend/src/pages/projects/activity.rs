//! What goes on in each project.

use domain::ProjectId;
use domain::run::Status;
use std::collections::BTreeMap;
use wire::RunResponse;

/// What goes on in one project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activity {
    pub newest: Option<RunResponse>,
    /// Runs that wait to start or are under way.
    pub running: usize,
    /// Runs that wait at a gate.
    pub awaiting: usize,
}

/// The activity of every project that these runs are of: the newest runs, newest first, and all that are not over.
/// A run may be in both.
pub fn activity_of(newest: &[RunResponse], open: &[RunResponse]) -> BTreeMap<ProjectId, Activity> {
    let mut projects: BTreeMap<ProjectId, Activity> = BTreeMap::new();
    for run in newest.iter().chain(open) {
        let activity = projects.entry(run.project_id).or_default();
        if activity.newest.as_ref().is_none_or(|newest| newest.number < run.number) {
            activity.newest = Some(run.clone());
        }
    }
    for run in open {
        let activity = projects.entry(run.project_id).or_default();
        match run.status {
            Status::Pending | Status::Running => activity.running += 1,
            Status::AwaitingApproval => activity.awaiting += 1,
            Status::Completed | Status::Failed | Status::Cancelled => {}
        }
    }
    projects
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(project: u8, number: i64, status: &str) -> RunResponse {
        let id = format!("0199f0c2-7d1e-7a40-8c11-{number:012}");
        serde_json::from_value(json!({
            "id": id, "number": number, "project_id": format!("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e{project:02}"),
            "page": "", "topic": "", "title": null, "labels": {},
            "workflow": { "name": "w", "version": 1, "digest": format!("sha256:{}", "0".repeat(64)) },
            "status": status, "current_step": null, "trigger": { "source": "ui", "mode": "manual" },
            "initiating_actor": { "kind": "system" }, "inputs": {}, "input_metadata": {}, "base_ref": null,
            "base_commit": null, "attempt": 1, "retry_of": null, "root_run_id": id, "correlation_id": "",
            "created_at": "2026-11-22T15:04:05Z", "started_at": null, "completed_at": null, "failure": null,
            "approval": null, "allowed_actions": [], "diagnostics": { "event_channel": 0, "approval_context": 0 },
            "revision": 1, "last_event_seq": 1
        }))
        .unwrap()
    }

    #[test]
    fn a_gate_that_waits_for_long_is_counted_though_newer_runs_hide_it() {
        let newest = [run(1, 9, "completed"), run(1, 8, "running"), run(2, 3, "failed")];
        let open = [run(1, 8, "running"), run(1, 1, "awaiting_approval"), run(3, 1, "pending")];
        let found: Vec<_> = activity_of(&newest, &open)
            .into_values()
            .map(|activity| (activity.newest.map(|run| run.number), activity.running, activity.awaiting))
            .collect();
        assert_eq!(found, [(Some(9), 1, 1), (Some(3), 0, 0), (Some(1), 1, 0)]);
    }
}
