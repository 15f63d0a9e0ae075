//! Deciding a gate, and building its evidence again.

use super::approvals::shown;
use super::{answer, missing, run};
use crate::error::{Error, Result, stale_evidence};
use crate::identity::Principal;
use crate::input::{ApprovalPath, Body, IdempotencyKey, IfMatch};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use domain::Digest;
use domain::approval::{ApprovalStatus, Decision, DecisionRefused};
use engine::Decide;
use persistence::commands::{Changed, GetApproval, GetRun, Reply};
use persistence::records::{ApprovalRecord, RunRecord};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ApprovalResponse, DecisionRequest, ProblemCode};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(approve_run).service(reject_run).service(refresh_approval);
}

/// What a decision on a gate works with.
struct Deciding {
    path: ApprovalPath,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<DecisionRequest>,
}

/// Approve a run
///
/// Ships exactly what the named evidence shows, once enough people approved it. `If-Match` names the evidence.
#[utoipa::path(
    tag = "approvals",
    params(
        ApprovalPath,
        ("If-Match" = Option<String>, Header, description = "The approval's ETag: the digest of the evidence that is decided on."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply."),
    ),
    request_body = DecisionRequest,
    responses((status = 200, description = "The approval.", body = ApprovalResponse), problems::Deciding)
)]
#[post("/projects/{project_id}/runs/{run_id}/approvals/{approval_id}/approve")]
async fn approve_run(
    app: web::Data<App>,
    caller: Principal,
    path: ApprovalPath,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<DecisionRequest>,
) -> Result<HttpResponse> {
    decide(&app, &caller, "approve_run", Decision::Approved, Deciding { path, if_match, key, body }).await
}

/// Reject a run
///
/// Cancels the run or sends the work back, as the gate's policy says. `If-Match` names the evidence.
#[utoipa::path(
    tag = "approvals",
    params(
        ApprovalPath,
        ("If-Match" = Option<String>, Header, description = "The approval's ETag: the digest of the evidence that is decided on."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply."),
    ),
    request_body = DecisionRequest,
    responses((status = 200, description = "The approval.", body = ApprovalResponse), problems::Deciding)
)]
#[post("/projects/{project_id}/runs/{run_id}/approvals/{approval_id}/reject")]
async fn reject_run(
    app: web::Data<App>,
    caller: Principal,
    path: ApprovalPath,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<DecisionRequest>,
) -> Result<HttpResponse> {
    decide(&app, &caller, "reject_run", Decision::Rejected, Deciding { path, if_match, key, body }).await
}

async fn decide(
    app: &App,
    caller: &Principal,
    operation: &'static str,
    decision: Decision,
    asked: Deciding,
) -> Result<HttpResponse> {
    let Deciding { path, if_match, key, body } = asked;
    let owner = run(app, path.project_id, path.run_id).await?;
    let query = GetApproval { run_id: owner.id, id: Some(path.approval_id) };
    let (approval, _) = app.engine.store().read(query).await.map_err(missing("approval"))?;
    let rationale = body.checked()?.rationale;
    let idempotency = key.of(caller, operation, &body);
    if let Some(reply) = app.engine.store().stored_reply(idempotency.as_ref()).await? {
        return changed(app, reply).await;
    }
    let evidence_digest = match named(&approval, &if_match) {
        Ok(digest) => digest,
        Err(error) => return Err(explained(app, &path, error).await),
    };
    let request = Decide {
        run_id: owner.id,
        approval_id: approval.id,
        decision,
        evidence_digest,
        rationale,
        actor: caller.actor(),
        idempotency,
    };
    match app.engine.decide(request).await {
        Ok(reply) => changed(app, reply).await,
        Err(error) => Err(explained(app, &path, error.into()).await),
    }
}

/// The evidence that the request names. What the store would refuse anyway goes before a missing or foreign tag.
fn named(approval: &ApprovalRecord, if_match: &IfMatch) -> Result<Digest> {
    let tags = match if_match {
        IfMatch::Tags(tags) => tags.as_slice(),
        IfMatch::Absent | IfMatch::Any => &[],
    };
    let current =
        approval.evidence_digest.as_ref().filter(|digest| tags.iter().any(|tag| tag == digest.as_str()));
    if let Some(digest) = current {
        return Ok(digest.clone());
    }
    if let Some(digest) = tags.iter().find_map(|tag| Digest::parse(tag).ok()) {
        return Ok(digest);
    }
    match (approval.status, &approval.evidence_digest) {
        (ApprovalStatus::Pending, Some(current)) if tags.is_empty() => {
            let detail = format!("A decision names the evidence it is about: If-Match: \"{current}\".");
            Err(Error::new(ProblemCode::PreconditionRequired, detail))
        }
        (ApprovalStatus::Pending, Some(current)) => Err(stale_evidence(current.clone())),
        (ApprovalStatus::Pending | ApprovalStatus::Blocked, _) => Err(DecisionRefused::ContextBlocked.into()),
        (
            status @ (ApprovalStatus::Approved
            | ApprovalStatus::Rejected
            | ApprovalStatus::Expired
            | ApprovalStatus::Cancelled),
            _,
        ) => Err(DecisionRefused::AlreadyDecided { status }.into()),
    }
}

/// Adds to a refusal what the run and the gate are now.
async fn explained(app: &App, path: &ApprovalPath, error: Error) -> Error {
    let store = app.engine.store();
    let Ok(run) = store.read(GetRun { project_id: None, id: path.run_id }).await else { return error };
    let error = error.with(|context| {
        context.run_status.get_or_insert(run.status);
    });
    let query = GetApproval { run_id: path.run_id, id: Some(path.approval_id) };
    let Ok((approval, votes)) = store.read(query).await else { return error };
    match error.code() {
        ProblemCode::AlreadyDecided => {
            let by = views::last_vote(&votes).map(|vote| vote.actor.clone());
            error.with(|context| context.decided_by = by)
        }
        ProblemCode::PolicyViolation
        | ProblemCode::SelfApprovalForbidden
        | ProblemCode::NotAnApprover
        | ProblemCode::RationaleRequired => {
            error.with(|context| context.policy = Some(json!(approval.policy)))
        }
        _ => error,
    }
}

/// Refresh an approval
///
/// Builds the evidence of an open gate again. Votes count only for the evidence that they named.
#[utoipa::path(
    tag = "approvals",
    params(ApprovalPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    responses((status = 200, description = "The approval.", body = ApprovalResponse), problems::Refreshing)
)]
#[post("/projects/{project_id}/runs/{run_id}/approvals/{approval_id}/refresh")]
async fn refresh_approval(
    app: web::Data<App>,
    caller: Principal,
    path: ApprovalPath,
    key: IdempotencyKey,
    body: Body<DecisionRequest>,
) -> Result<HttpResponse> {
    let owner = run(&app, path.project_id, path.run_id).await?;
    let query = GetApproval { run_id: owner.id, id: Some(path.approval_id) };
    app.engine.store().read(query).await.map_err(missing("approval"))?;
    let idempotency = key.of(&caller, "refresh_approval", &body);
    let refreshed =
        app.engine.refresh_approval(owner.id, path.approval_id, caller.actor(), idempotency).await;
    match refreshed {
        Ok(reply) => changed(&app, reply).await,
        Err(error) => Err(explained(&app, &path, error.into()).await),
    }
}

/// The gate after the change.
async fn changed(app: &App, reply: Reply<Changed>) -> Result<HttpResponse> {
    let response = answer(StatusCode::OK, &reply);
    let Changed { run, approval, .. } = reply.value;
    let run: RunRecord = run;
    let approval = approval.ok_or_else(|| Error::internal("the change of a gate has no gate"))?;
    Ok(shown(response, &views::approval(&app.engine, &run, approval).await?))
}
