//! Artifacts and diagnostics.

use domain::ProjectId;
use domain::event::run_topic;
use persistence::records::{ApprovalRecord, ArtifactRecord, DiagnosticRecord};
use wire::{ArtifactResponse, DiagnosticResponse};

/// A stored file as clients see it.
pub fn artifact(project: ProjectId, record: ArtifactRecord) -> ArtifactResponse {
    let content = format!("/api/v1/projects/{project}/runs/{}/artifacts/{}", record.run_id, record.id);
    ArtifactResponse {
        id: record.id,
        run_id: record.run_id,
        step: record.step,
        attempt: record.attempt,
        kind: record.kind,
        name: record.name,
        media_type: record.media_type,
        sha256: record.sha256,
        size_bytes: record.size_bytes,
        created_at: record.created_at,
        content,
    }
}

/// What went wrong beside a run: publications that failed, evidence that could not be built. Oldest first.
pub fn diagnostics(records: Vec<DiagnosticRecord>, approvals: &[ApprovalRecord]) -> Vec<DiagnosticResponse> {
    let mut found: Vec<_> = records.into_iter().map(diagnostic).collect();
    for approval in approvals {
        found.extend(approval.diagnostics.iter().map(|diagnostic| DiagnosticResponse {
            error_type: diagnostic.error_type.clone(),
            channel: approval.step.to_string(),
            operation: diagnostic.operation.clone(),
            topic: run_topic(approval.run_id),
            event: None,
            seq: None,
            webhook_id: None,
            reason: diagnostic.reason.clone(),
            detail: diagnostic.detail.clone(),
            remediation: Some(diagnostic.remediation.clone()),
            timestamp: diagnostic.at,
            attempts: 1,
            resolution: None,
            resolved_at: None,
        }));
    }
    found.sort_by_key(|diagnostic| diagnostic.timestamp);
    found
}

fn diagnostic(record: DiagnosticRecord) -> DiagnosticResponse {
    DiagnosticResponse {
        error_type: record.error_type,
        channel: record.channel.to_string(),
        operation: record.operation,
        topic: record.topic,
        event: record.event.map(|kind| kind.to_string()),
        seq: record.seq,
        webhook_id: record.sink_id,
        reason: record.reason.to_string(),
        detail: record.detail,
        remediation: Some(record.reason.remediation().to_owned()),
        timestamp: record.at,
        attempts: record.attempts,
        resolution: record.resolution.map(|resolution| resolution.to_string()),
        resolved_at: record.resolved_at,
    }
}
