//! Steps and transitions of a run.

use super::run;
use crate::error::Result;
use crate::input::{Params, RunPath};
use crate::server::App;
use crate::{problems, views};
use actix_web::{HttpResponse, get, web};
use persistence::commands::{ListAttempts, ListTransitions as TransitionsQuery};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ListTransitions, StepList, TransitionList};

const USUAL_TRANSITIONS: i64 = 200;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_steps).service(list_transitions);
}

/// List the steps of a run
///
/// Every step of the pinned definition in execution order, with its attempts.
#[utoipa::path(
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The steps.", body = StepList), problems::Reading)
)]
#[get("/projects/{project_id}/runs/{run_id}/steps")]
async fn list_steps(app: web::Data<App>, path: RunPath) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let attempts = app.engine.store().read(ListAttempts { run_id: found.id }).await?;
    let pinned = app.engine.pinned_or_corrupt(&found).await?;
    Ok(HttpResponse::Ok().json(StepList { items: views::steps(pinned.definition(), attempts) }))
}

/// List the transitions of a run
///
/// Every change of its status, in order; replaying them gives its state.
#[utoipa::path(
    tag = "runs",
    params(RunPath, ListTransitions),
    responses((status = 200, description = "The transitions.", body = TransitionList), problems::Listing)
)]
#[get("/projects/{project_id}/runs/{run_id}/transitions")]
async fn list_transitions(
    app: web::Data<App>,
    path: RunPath,
    params: Params<ListTransitions>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let query = params.checked()?;
    let after = query.after.unwrap_or(0);
    let limit = query.limit.unwrap_or(USUAL_TRANSITIONS);
    let records = app.engine.store().read(TransitionsQuery { run_id: found.id, after, limit }).await?;
    let next_after = records.last().map_or(after, |last| last.seq);
    let items = records.into_iter().map(views::transition).collect();
    Ok(HttpResponse::Ok().json(TransitionList { items, next_after }))
}
