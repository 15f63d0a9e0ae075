//! Events and transitions.

use domain::contract::WorkflowName;
use domain::event::{RUNS_TOPIC, run_topic};
use domain::{Actor, ProjectId};
use persistence::records::{EventRecord, FeedEvent, RunRecord, TransitionRecord};
use wire::{EventResponse, TransitionResponse};

/// What an event says of the run it belongs to.
#[derive(Debug, Clone)]
pub struct Origin {
    project_id: ProjectId,
    workflow_name: WorkflowName,
    workflow_version: i64,
    correlation_id: String,
}

impl From<&RunRecord> for Origin {
    fn from(run: &RunRecord) -> Self {
        Self {
            project_id: run.project_id,
            workflow_name: run.workflow_name.clone(),
            workflow_version: run.workflow_version,
            correlation_id: run.correlation_id.clone(),
        }
    }
}

/// An event of a run, on the run's topic.
pub fn event(record: EventRecord, origin: &Origin) -> EventResponse {
    let topic = run_topic(record.run_id);
    on_topic(record, origin.clone(), topic)
}

/// An event of a run as a message outside says it: as everywhere on the wire.
pub fn render_event(record: EventRecord, run: &RunRecord) -> serde_json::Value {
    serde_json::to_value(event(record, &run.into())).unwrap_or_default()
}

/// An event in the feed of all runs, on its topic.
pub fn feed_event(feed: FeedEvent) -> EventResponse {
    let origin = Origin {
        project_id: feed.project_id,
        workflow_name: feed.workflow_name,
        workflow_version: feed.workflow_version,
        correlation_id: feed.correlation_id,
    };
    on_topic(feed.event, origin, RUNS_TOPIC.to_owned())
}

fn on_topic(record: EventRecord, origin: Origin, topic: String) -> EventResponse {
    EventResponse {
        seq: record.seq,
        event: record.kind,
        topic,
        run_id: record.run_id,
        project_id: origin.project_id,
        workflow_name: origin.workflow_name,
        workflow_version: origin.workflow_version,
        timestamp: record.at,
        correlation_id: origin.correlation_id,
        step: record.step,
        attempt: record.attempt,
        actor: record.actor.unwrap_or(Actor::system()),
        data: record.data.unwrap_or_default(),
    }
}

/// A change of a run's status.
pub fn transition(record: TransitionRecord) -> TransitionResponse {
    TransitionResponse {
        seq: record.seq,
        from: record.from_status,
        to: record.to_status,
        step: record.step,
        at: record.at,
        actor: record.actor.unwrap_or(Actor::system()),
        reason: record.reason,
        metadata: record.metadata.unwrap_or_default(),
    }
}
