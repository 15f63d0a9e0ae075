//! Every row that belongs to a run, to compare before and after.

use super::World;
use domain::RunId;
use domain::access::Visibility;
use persistence::commands::*;
use persistence::records::*;

#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub run: RunRecord,
    pub transitions: Vec<TransitionRecord>,
    pub events: Vec<EventRecord>,
    pub attempts: Vec<AttemptRecord>,
    pub approvals: Vec<(ApprovalRecord, Vec<VoteRecord>)>,
    pub artifacts: Vec<ArtifactRecord>,
}

impl Rows {
    pub async fn of(world: &World, run_id: RunId) -> Self {
        let (after, limit) = (0, 1000);
        Self {
            run: world.read(GetRun { project_id: None, id: run_id }).await,
            transitions: world.read(ListTransitions { run_id, after, limit }).await,
            events: world.read(ListEvents { run_id, after, limit }).await,
            attempts: world.read(ListAttempts { run_id }).await,
            approvals: world
                .read(ListApprovals {
                    visibility: Visibility::All,
                    project_id: None,
                    run_id: Some(run_id),
                    statuses: Vec::new(),
                    order: Order::OldestFirst,
                    after: None,
                    limit,
                })
                .await,
            artifacts: world.read(ListArtifacts { run_id }).await,
        }
    }

    pub fn event_names(&self) -> Vec<String> {
        let name = |event: &EventRecord| match &event.step {
            Some(step) => format!("{}({step})", event.kind),
            None => event.kind.to_string(),
        };
        self.events.iter().map(name).collect()
    }

    /// The names of the events after the one numbered `seq`.
    pub fn event_names_after(&self, seq: i64) -> Vec<String> {
        self.event_names().split_off(usize::try_from(seq).unwrap())
    }

    /// Each attempt as `step/attempt state`, in the order they were made.
    pub fn attempt_states(&self) -> Vec<String> {
        let line = |a: &AttemptRecord| format!("{}/{} {}", a.step, a.attempt, a.state);
        self.attempts.iter().map(line).collect()
    }

    pub fn reasons(&self) -> Vec<&str> {
        self.transitions.iter().map(|t| t.reason.as_str()).collect()
    }
}
