//! Workflows.

use crate::error::Result;
use domain::contract::{Pinned, compare};
use engine::Engine;
use persistence::records::{VersionRecord, WorkflowRecord};
use serde_json::Value;
use wire::workflow::{InputBreak, StepChange, ValueChange};
use wire::{
    ComparisonResponse, WorkflowResponse, WorkflowStep, WorkflowVersionResponse, WorkflowVersionSummary,
};

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

/// What `later` changed against `earlier`.
pub fn comparison(
    engine: &Engine,
    earlier: VersionRecord,
    later: VersionRecord,
) -> Result<ComparisonResponse> {
    let before = engine.definitions().pinned(&earlier)?;
    let after = engine.definitions().pinned(&later)?;
    let found = compare(&before, &after);
    let text = |pinned: &Pinned| {
        let document: Value = serde_json::from_str(pinned.document()).unwrap_or_default();
        format!("{document:#}\n")
    };
    let (old, new) = (text(&before), text(&after));
    let name = |record: &VersionRecord| format!("{}/{}", record.name, record.version);
    let diff = similar::TextDiff::from_lines(&old, &new);
    let unified = diff.unified_diff().header(&name(&earlier), &name(&later)).to_string();
    let change = |change: domain::contract::ValueChange| ValueChange {
        pointer: change.pointer,
        kind: change.kind.to_string(),
        before: change.before,
        after: change.after,
    };
    let step = |step: domain::contract::StepChange| StepChange { key: step.key, kind: step.kind.to_string() };
    let broken = |broken: domain::contract::InputBreak| InputBreak {
        input: broken.input,
        kind: broken.kind.to_string(),
    };
    Ok(ComparisonResponse {
        name: later.name,
        version: later.version,
        against: earlier.version,
        changes: found.changes.into_iter().map(change).collect(),
        steps: found.steps.into_iter().map(step).collect(),
        input_breaks: found.input_breaks.into_iter().map(broken).collect(),
        text: if old == new { String::new() } else { unified },
    })
}
