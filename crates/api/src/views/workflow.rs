//! Workflows.

use crate::error::Result;
use engine::Engine;
use persistence::records::{VersionRecord, WorkflowRecord};
use serde_json::Value;
use wire::{WorkflowResponse, WorkflowStep, WorkflowVersionResponse, WorkflowVersionSummary};

/// A workflow as clients see it.
pub fn workflow(record: WorkflowRecord) -> WorkflowResponse {
    WorkflowResponse {
        name: record.name,
        newest_version: record.newest_version,
        title: record.title,
        description: record.description,
        edited: record.edited,
        triggers: record.triggers,
        updated_at: record.updated_at,
    }
}

/// A version as a list shows it.
pub fn version_summary(record: VersionRecord) -> WorkflowVersionSummary {
    WorkflowVersionSummary {
        name: record.name,
        version: record.version,
        digest: record.digest,
        published_by: record.published_by,
        published_at: record.published_at,
    }
}

/// A version with what it says. One that does not match its digest is an error.
pub fn version(engine: &Engine, record: VersionRecord) -> Result<WorkflowVersionResponse> {
    let pinned = engine.definitions().pinned(&record)?;
    let definition = pinned.definition();
    let steps = definition.steps.iter().map(|step| WorkflowStep {
        key: step.key.clone(),
        title: step.title.clone(),
        uses: step.kind.as_str().to_owned(),
        needs: step.needs.clone(),
        timeout_ms: step.timeout_ms,
    });
    Ok(WorkflowVersionResponse {
        name: record.name,
        version: record.version,
        digest: record.digest,
        published_by: record.published_by,
        published_at: record.published_at,
        title: definition.title.clone(),
        description: definition.description.clone(),
        inputs: definition.inputs.clone(),
        triggers: definition.triggers.clone(),
        concurrency: definition.policies.concurrency.map(Into::into),
        steps: steps.collect(),
        document: serde_json::from_str(pinned.document()).unwrap_or(Value::Null),
    })
}
