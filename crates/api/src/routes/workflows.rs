//! Workflows.

use super::{USUAL_LIMIT, listed, missing, page};
use crate::error::Result;
use crate::input::{Cursor, Params, WorkflowPath};
use crate::server::App;
use crate::{problems, views};
use actix_web::{HttpRequest, HttpResponse, get, web};
use persistence::commands::{GetWorkflow, ListWorkflows};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{PageQuery, WorkflowList, WorkflowResponse};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_workflows).service(get_workflow);
}

/// List workflows
///
/// By name.
#[utoipa::path(
    tag = "workflows",
    params(PageQuery),
    responses((status = 200, description = "A page of workflows.", body = WorkflowList), problems::Listing)
)]
#[get("/workflows")]
async fn list_workflows(
    app: web::Data<App>,
    request: HttpRequest,
    params: Params<PageQuery>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let after = query.cursor.map(|text| Cursor::read("workflows", &text, "/query/cursor")).transpose()?;
    let found = app.engine.store().read(ListWorkflows { after, limit: limit + 1 }).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("workflows", records[last].name.clone()));
    let items = records.into_iter().map(views::workflow).collect();
    let list = WorkflowList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Get a workflow
///
/// Its newest version is at `/workflows/{name}/versions/{newest_version}`.
#[utoipa::path(
    tag = "workflows",
    params(WorkflowPath),
    responses((status = 200, description = "The workflow.", body = WorkflowResponse), problems::Reading)
)]
#[get("/workflows/{name}")]
async fn get_workflow(app: web::Data<App>, path: WorkflowPath) -> Result<HttpResponse> {
    let record =
        app.engine.store().read(GetWorkflow { name: path.name }).await.map_err(missing("workflow"))?;
    Ok(HttpResponse::Ok().json(views::workflow(record)))
}
