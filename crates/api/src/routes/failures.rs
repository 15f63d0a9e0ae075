//! Why runs failed, and what went wrong beside them.

use super::{USUAL_LIMIT, listed, page, run};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{Cursor, Params, RunPath};
use crate::server::App;
use crate::{problems, views};
use actix_web::{HttpRequest, HttpResponse, get, web};
use persistence::commands::{ListApprovals, ListDiagnostics, ListFailures as FailuresQuery};
use persistence::records::RunRecord;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{DiagnosticList, FailureList, FailureResponse, ListFailures};

/// The most gates of a run whose diagnostics are listed.
const MAX_GATES: i64 = 1000;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_failure).service(list_failures).service(list_diagnostics);
}

/// Get the failure of a run
///
/// There is none unless the run failed.
#[utoipa::path(
    tag = "failures",
    params(RunPath),
    responses((status = 200, description = "The failure.", body = FailureResponse), problems::Reading)
)]
#[get("/projects/{project_id}/runs/{run_id}/failure")]
async fn get_failure(app: web::Data<App>, path: RunPath) -> Result<HttpResponse> {
    let record = run(&app, path.project_id, path.run_id).await?;
    let found = failure(record).ok_or_else(|| Error::not_found("failure: the run has not failed"))?;
    Ok(HttpResponse::Ok().json(found))
}

/// List failures across runs
///
/// Newest run first.
#[utoipa::path(
    tag = "failures",
    params(ListFailures),
    responses((status = 200, description = "A page of failures.", body = FailureList), problems::Listing)
)]
#[get("/failures")]
async fn list_failures(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    params: Params<ListFailures>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let before = query.cursor.map(|text| Cursor::read("failures", &text, "/query/cursor")).transpose()?;
    let asked = FailuresQuery {
        visibility: caller.rights.visibility(),
        project_id: query.project_id,
        error_type: query.error_type,
        reason: query.reason,
        workflow: query.workflow,
        step: query.step,
        failed_after: query.failed_after,
        failed_before: query.failed_before,
        before,
        limit: limit + 1,
    };
    let (records, last) = page(app.engine.store().read(asked).await?, limit);
    let next_cursor = last.map(|last| Cursor::write("failures", records[last].id));
    let items = records.into_iter().filter_map(failure).collect();
    let list = FailureList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

fn failure(record: RunRecord) -> Option<FailureResponse> {
    Some(FailureResponse {
        run_id: record.id,
        project_id: record.project_id,
        workflow_name: record.workflow_name,
        workflow_version: record.workflow_version,
        failure: record.failure?,
    })
}

/// List the diagnostics of a run
///
/// What went wrong beside the run without changing it, oldest first.
#[utoipa::path(
    tag = "failures",
    params(RunPath),
    responses((status = 200, description = "The diagnostics.", body = DiagnosticList), problems::Reading)
)]
#[get("/projects/{project_id}/runs/{run_id}/diagnostics")]
async fn list_diagnostics(app: web::Data<App>, path: RunPath) -> Result<HttpResponse> {
    let run_id = run(&app, path.project_id, path.run_id).await?.id;
    let store = app.engine.store();
    let query = ListApprovals { run_id: Some(run_id), limit: MAX_GATES, ..ListApprovals::default() };
    let gates: Vec<_> = store.read(query).await?.into_iter().map(|(gate, _)| gate).collect();
    let records = store.read(ListDiagnostics { run_id }).await?;
    Ok(HttpResponse::Ok().json(DiagnosticList { items: views::diagnostics(records, &gates) }))
}
