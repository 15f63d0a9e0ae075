//! Repeating a run that ended without success.

use super::run;
use super::runs::{created, trace_id, trigger_source};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{Body, IdempotencyKey, RunPath, StepPath};
use crate::problems;
use crate::server::App;
use actix_web::{HttpRequest, HttpResponse, post, web};
use engine::{RetryRun, RetryScope};
use persistence::records::RunRecord;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{RetryBase, RetryRequest, RunResponse};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(retry_run).service(retry_step);
}

/// Retry a run
///
/// Makes a run that repeats one which failed or was cancelled: the same pinned version, settings and inputs, attempt
/// n+1 of its lineage. The retried run stays as it is; `lineage` lists both with what they left.
#[utoipa::path(
    tag = "runs",
    params(RunPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    request_body = RetryRequest,
    responses(
        (status = 201, description = "The new run.", body = RunResponse, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its revision."))),
        problems::RetryingRun,
    )
)]
#[post("/projects/{project_id}/runs/{run_id}/retry")]
async fn retry_run(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: RunPath,
    key: IdempotencyKey,
    body: Body<RetryRequest>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let scope = match body.checked()?.base {
        RetryBase::Pinned => RetryScope::WholeOnPinnedBase,
        RetryBase::Latest => RetryScope::WholeOnLatestBase,
    };
    let asked = RetryRun {
        run_id: found.id,
        scope,
        trigger_source: trigger_source(&caller, &request).to_owned(),
        correlation_id: trace_id(&request),
        actor: caller.actor(),
        idempotency: key.of(&caller, "retry_run", &body),
    };
    repeat(&app, &caller, &found, asked).await
}

/// Retry a step
///
/// Makes a run, attempt n+1 of the lineage, that begins at this step with the tree and the outputs that the step
/// found. Only where the pinned definition names the step in `policies.retry.steps`. An approval is never taken over:
/// where a gate stands before the step, the new run begins at that gate.
#[utoipa::path(
    tag = "runs",
    params(StepPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    responses(
        (status = 201, description = "The new run.", body = RunResponse, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its revision."))),
        problems::RetryingRun,
    )
)]
#[post("/projects/{project_id}/runs/{run_id}/steps/{step}/retry")]
async fn retry_step(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: StepPath,
    key: IdempotencyKey,
    body: Body<()>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let asked = RetryRun {
        run_id: found.id,
        scope: RetryScope::From(path.step),
        trigger_source: trigger_source(&caller, &request).to_owned(),
        correlation_id: trace_id(&request),
        actor: caller.actor(),
        idempotency: key.of(&caller, "retry_step", &body),
    };
    repeat(&app, &caller, &found, asked).await
}

async fn repeat(
    app: &web::Data<App>,
    caller: &Principal,
    found: &RunRecord,
    asked: RetryRun,
) -> Result<HttpResponse> {
    let reply = app.engine.retry_run(asked).await.map_err(|error| {
        Error::from(error).with(|context| {
            context.run_status.get_or_insert(found.status);
        })
    })?;
    created(app, caller, reply).await
}
