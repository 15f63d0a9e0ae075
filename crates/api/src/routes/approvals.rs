//! Gates: the inbox and one gate.

use super::{USUAL_LIMIT, listed, missing, page, run};
use crate::error::Result;
use crate::identity::Principal;
use crate::input::{ApprovalPath, Cursor, Params, RunPath, etag};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::RunId;
use persistence::commands::{GetApproval, GetRun, ListApprovals as ApprovalsQuery, Order};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ApprovalList, ApprovalResponse, ListApprovals, ListOrder};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_approvals).service(list_run_approvals).service(get_approval);
}

/// List approvals across runs
///
/// The inbox: oldest first, unless `order=newest`. `status=pending` lists what waits for a decision.
#[utoipa::path(
    tag = "approvals",
    params(ListApprovals),
    responses((status = 200, description = "A page of approvals.", body = ApprovalList), problems::Listing)
)]
#[get("/approvals")]
async fn list_approvals(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    params: Params<ListApprovals>,
) -> Result<HttpResponse> {
    list(&app, &request, &caller, None, params.checked()?).await
}

/// List the approvals of a run
///
/// Oldest first, unless `order=newest`: every opening of a gate is one.
#[utoipa::path(
    tag = "approvals",
    params(RunPath, ListApprovals),
    responses((status = 200, description = "A page of approvals.", body = ApprovalList), problems::Listing)
)]
#[get("/projects/{project_id}/runs/{run_id}/approvals")]
async fn list_run_approvals(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: RunPath,
    params: Params<ListApprovals>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    list(&app, &request, &caller, Some(found.id), params.checked()?).await
}

async fn list(
    app: &App,
    request: &HttpRequest,
    caller: &Principal,
    run_id: Option<RunId>,
    query: ListApprovals,
) -> Result<HttpResponse> {
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    // A cursor of one order is none of the other.
    let (order, kind) = match query.order {
        ListOrder::Oldest => (Order::OldestFirst, "approvals"),
        ListOrder::Newest => (Order::NewestFirst, "approvals_newest"),
    };
    let after = query.cursor.map(|text| Cursor::read(kind, &text, "/query/cursor")).transpose()?;
    let store = app.engine.store();
    let asked = ApprovalsQuery {
        visibility: caller.rights.visibility(),
        project_id: query.project_id,
        run_id,
        statuses: query.status,
        order,
        after,
        limit: limit + 1,
    };
    let (records, last) = page(store.read(asked).await?, limit);
    let next_cursor = last.map(|last| Cursor::write(kind, records[last].0.id));
    let mut items = Vec::with_capacity(records.len());
    for record in records {
        let owner = store.read(GetRun { project_id: None, id: record.0.run_id }).await?;
        items.push(views::approval(&app.engine, &owner, record).await?);
    }
    let list = ApprovalList { items, next_cursor };
    let mut response = listed(request, list.next_cursor.as_deref(), &list);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Get an approval
///
/// Its ETag is the digest of the evidence: a decision names it in `If-Match`. A blocked one has none.
#[utoipa::path(
    tag = "approvals",
    params(ApprovalPath),
    responses(
        (status = 200, description = "The approval.", body = ApprovalResponse, headers(
            ("ETag" = String, description = "The digest of its evidence."))),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}/approvals/{approval_id}")]
async fn get_approval(app: web::Data<App>, path: ApprovalPath) -> Result<HttpResponse> {
    let owner = run(&app, path.project_id, path.run_id).await?;
    let query = GetApproval { run_id: owner.id, id: Some(path.approval_id) };
    let record = app.engine.store().read(query).await.map_err(missing("approval"))?;
    let approval = views::approval(&app.engine, &owner, record).await?;
    Ok(shown(HttpResponse::Ok(), &approval))
}

/// An approval as an answer that nobody keeps.
pub fn shown(mut response: actix_web::HttpResponseBuilder, approval: &ApprovalResponse) -> HttpResponse {
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(digest) = &approval.evidence.digest {
        response.insert_header((ETAG, etag(digest)));
    }
    response.json(approval)
}
