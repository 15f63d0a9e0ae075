//! Runs, with what the caller may do to them.

use super::{artifact, gate};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::permission::authorize;
use domain::Permission;
use domain::approval::{ApprovalStatus, Decision, DecisionRefused};
use domain::contract::StepKey;
use domain::event::run_topic;
use domain::run::{InvalidTransition, Move, Refused, RetryRefused};
use engine::{Engine, Retries};
use persistence::commands::{FindFullGroup, ListApprovals, ListArtifacts, ListDiagnostics};
use persistence::records::{ApprovalRecord, RunRecord, VoteRecord};
use wire::run::{DiagnosticCounts, LineageAttempt, PinnedWorkflow, RunApproval, Trigger};
use wire::{ActionResponse, RunResponse};

/// The most gates that a run's view looks at; every rejection opens another.
const MAX_GATES: i64 = 1000;

type Opened = (ApprovalRecord, Vec<VoteRecord>);

/// A run as this caller sees it.
pub async fn run(engine: &Engine, caller: &Principal, record: RunRecord) -> Result<RunResponse> {
    let query = ListApprovals { run_id: Some(record.id), limit: MAX_GATES, ..ListApprovals::default() };
    let gates = engine.store().read(query).await?;
    let failed_publications = engine.store().read(ListDiagnostics { run_id: record.id }).await?.len();
    let failed_contexts: usize = gates.iter().map(|(gate, _)| gate.diagnostics.len()).sum();
    let newest = gates.last();
    let limited = record.workflow_limit.is_some() || record.project_limit.is_some();
    let waiting_for = if limited && !record.status.is_terminal() {
        engine.store().read(FindFullGroup { run_id: record.id }).await?.map(Into::into)
    } else {
        None
    };
    Ok(RunResponse {
        page: format!("/projects/{}/runs/{}", record.project_id, record.id),
        topic: run_topic(record.id),
        workflow: PinnedWorkflow {
            name: record.workflow_name.clone(),
            version: record.workflow_version,
            digest: record.workflow_digest.clone(),
        },
        trigger: Trigger { source: record.trigger_source.clone(), mode: "manual".to_owned() },
        approval: newest.map(|(gate, _)| RunApproval {
            id: gate.id,
            status: gate.status,
            evidence_digest: gate.evidence_digest.clone(),
        }),
        allowed_actions: actions(caller, &record, newest, engine.retries(&record).await?),
        diagnostics: DiagnosticCounts {
            event_channel: failed_publications as u64,
            approval_context: failed_contexts as u64,
        },
        waiting_for,
        id: record.id,
        number: record.number,
        project_id: record.project_id,
        title: record.title,
        labels: record.labels,
        status: record.status,
        current_step: record.current_step,
        initiating_actor: record.initiating_actor,
        inputs: record.inputs,
        input_metadata: record.input_metadata,
        base_ref: record.base_ref,
        base_commit: record.base_commit,
        attempt: record.attempt,
        retry_of: record.retry_of,
        root_run_id: record.root_run_id,
        correlation_id: record.correlation_id,
        created_at: record.created_at,
        started_at: record.started_at,
        completed_at: record.completed_at,
        failure: record.failure,
        revision: record.revision,
        last_event_seq: record.last_event_seq,
    })
}

/// Each action with the refusal that it would meet now.
fn actions(
    caller: &Principal,
    run: &RunRecord,
    newest: Option<&Opened>,
    retries: Retries,
) -> Vec<ActionResponse> {
    let forbidden = |permission| authorize(caller, permission, Some(run.project_id)).err();
    let decide = |decision| match newest {
        Some((record, votes)) if is_open(record) => {
            let Some(digest) = &record.evidence_digest else {
                return Some(DecisionRefused::ContextBlocked.into());
            };
            // Whether a rationale is missing shows only when one decides.
            let rationale = Some("given");
            gate(run, record, votes)
                .decide(decision, &caller.voter(run.project_id), digest, rationale)
                .err()
                .map(Error::from)
        }
        Some((record, _)) => Some(DecisionRefused::AlreadyDecided { status: record.status }.into()),
        None => Some(not_from_here(run, Move::Approve)),
    };
    let refresh = match newest {
        Some((record, _)) if is_open(record) => None,
        Some((record, _)) => Some(DecisionRefused::AlreadyDecided { status: record.status }.into()),
        None => Some(not_from_here(run, Move::OpenGate)),
    };
    let cancel = if run.status.is_terminal() {
        Some(not_from_here(run, Move::Cancel))
    } else {
        run.shipping.then(|| Refused::ShippingInProgress.into())
    };
    let of_run = vec![
        action("approve", forbidden(Permission::DecideApprovals).or_else(|| decide(Decision::Approved))),
        action("reject", forbidden(Permission::DecideApprovals).or_else(|| decide(Decision::Rejected))),
        action("refresh", forbidden(Permission::DecideApprovals).or(refresh)),
        action("cancel", forbidden(Permission::CancelRuns).or(cancel)),
        action("retry", forbidden(Permission::StartRuns).or(retries.whole.map(Error::from))),
    ];
    let of_step = |(step, refused): (StepKey, Option<RetryRefused>)| ActionResponse {
        step: Some(step),
        ..action("retry_step", forbidden(Permission::StartRuns).or(refused.map(Error::from)))
    };
    of_run.into_iter().chain(retries.steps.into_iter().map(of_step)).collect()
}

fn is_open(gate: &ApprovalRecord) -> bool {
    matches!(gate.status, ApprovalStatus::Pending | ApprovalStatus::Blocked)
}

fn not_from_here(run: &RunRecord, requested: Move) -> Error {
    Refused::from(InvalidTransition { from: run.status, requested }).into()
}

fn action(name: &str, refusal: Option<Error>) -> ActionResponse {
    ActionResponse {
        action: name.to_owned(),
        step: None,
        allowed: refusal.is_none(),
        code: refusal.as_ref().map(|error| error.code().to_string()),
        detail: refusal.map(|error| error.problem().detail.clone()),
    }
}

/// One run of a lineage, with its stored files.
pub async fn lineage(engine: &Engine, record: RunRecord) -> Result<LineageAttempt> {
    let artifacts = engine.store().read(ListArtifacts { run_id: record.id }).await?;
    Ok(LineageAttempt {
        run_id: record.id,
        attempt: record.attempt,
        retry_of: record.retry_of,
        status: record.status,
        initiating_actor: record.initiating_actor,
        created_at: record.created_at,
        completed_at: record.completed_at,
        failure: record.failure,
        artifacts: artifacts.into_iter().map(|found| artifact(record.project_id, found)).collect(),
    })
}
