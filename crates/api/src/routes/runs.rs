//! Runs.

use super::{USUAL_LIMIT, answer, listed, missing, page, project, run, tag};
use crate::error::{Error, Result};
use crate::identity::{Credential, Principal};
use crate::input::{Body, Checked, Cursor, IdempotencyKey, Params, ProjectPath, RunPath, is_not_modified};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use domain::contract::WorkflowName;
use domain::{Fault, FaultCode, ProjectId, RunId};
use engine::{StartForm, StartRun};
use persistence::commands::{ListLineage, ListRuns as RunsQuery, Reply, RunFilter};
use persistence::records::{ProjectRecord, RunRecord};
use serde_json::{Value, json};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{CancelRequest, LineageResponse, ListRuns, RunList, RunResponse, StartRunRequest};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(start_run)
        .service(list_project_runs)
        .service(get_run)
        .service(list_runs)
        .service(cancel_run)
        .service(get_lineage);
}

/// Start a run
///
/// The run pins the workflow version, the project's settings and its inputs. Every fault of the request, those of
/// the inputs included, comes in one answer.
#[utoipa::path(
    tag = "runs",
    params(ProjectPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    request_body = StartRunRequest,
    responses(
        (status = 201, description = "The run.", body = RunResponse, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its revision."))),
        problems::StartingRun,
    )
)]
#[post("/projects/{project_id}/runs")]
async fn start_run(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: ProjectPath,
    key: IdempotencyKey,
    body: Body<StartRunRequest>,
) -> Result<HttpResponse> {
    let project = project(&app, path.project_id).await?;
    let source = body.json()?;
    let mut checked = Checked::<StartRunRequest>::new(source.clone(), "")?;
    if !checked.faults.is_empty() {
        for fault in more_faults(&app, &project, &source).await? {
            if !checked.faults.iter().any(|known| known.pointer == fault.pointer) {
                checked.faults.push(fault);
            }
        }
    }
    let wanted = checked.accept()?;
    let reply = app
        .engine
        .start_run(StartRun {
            project_id: path.project_id,
            workflow: wanted.workflow,
            version: wanted.version,
            title: wanted.title,
            labels: wanted.labels,
            base_ref: wanted.base_ref,
            inputs: Value::Object(wanted.inputs),
            trigger_source: trigger_source(&caller, &request).to_owned(),
            correlation_id: trace_id(&request),
            actor: caller.actor(),
            idempotency: key.of(&caller, "start_run", &body),
        })
        .await?;
    created(&app, &caller, reply).await
}

/// What made the run: the browser app, the command line, or another client with a token.
pub fn trigger_source(caller: &Principal, request: &HttpRequest) -> &'static str {
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    match caller.credential {
        Credential::Session(_) => "ui",
        Credential::Token(_) if agent.is_some_and(|agent| agent.starts_with("jido/")) => "cli",
        Credential::Token(_) => "api",
    }
}

/// The answer that a new run was made.
pub async fn created(app: &App, caller: &Principal, reply: Reply<RunRecord>) -> Result<HttpResponse> {
    let mut response = answer(StatusCode::CREATED, &reply);
    let run = views::run(&app.engine, caller, reply.value).await?;
    response.insert_header((LOCATION, format!("/api/v1/projects/{}/runs/{}", run.project_id, run.id)));
    response.insert_header((ETAG, tag(caller, run.project_id, run.revision)));
    Ok(response.json(run))
}

/// What else is wrong with a request that has faults of form, as far as it can be read.
async fn more_faults(app: &App, project: &ProjectRecord, source: &Value) -> Result<Vec<Fault>> {
    let workflow = source["workflow"].as_str().and_then(|text| WorkflowName::parse(text).ok());
    let version = &source["version"];
    let inputs = source.get("inputs").cloned().unwrap_or_else(|| json!({}));
    let form = StartForm {
        // A version that cannot be read leaves open which definition is meant.
        workflow: workflow.as_ref().filter(|_| version.is_null() || version.is_i64()),
        version: version.as_i64(),
        inputs: Some(&inputs).filter(|inputs| inputs.is_object()),
        base_ref: source["base_ref"].as_str(),
    };
    Ok(app.engine.start_faults(project, &form).await?)
}

/// The trace that the request belongs to, by its `traceparent` header.
pub fn trace_id(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("traceparent")?.to_str().ok()?;
    let id = header.strip_prefix("00-")?.get(..32)?;
    let valid =
        id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) && id.bytes().any(|b| b != b'0');
    valid.then(|| id.to_owned())
}

/// List the runs of a project
///
/// Newest first.
#[utoipa::path(
    tag = "runs",
    params(ProjectPath, ListRuns),
    responses((status = 200, description = "A page of runs.", body = RunList), problems::Listing)
)]
#[get("/projects/{project_id}/runs")]
async fn list_project_runs(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: ProjectPath,
    params: Params<ListRuns>,
) -> Result<HttpResponse> {
    project(&app, path.project_id).await?;
    let query = params.checked()?;
    if query.project_id.is_some() {
        return Err(Error::fault(
            "/query/project_id",
            FaultCode::UnknownField,
            "The path names the project.",
        ));
    }
    list(&app, &request, &caller, Some(path.project_id), query).await
}

/// List runs across projects
///
/// Those that the caller can read, newest first.
#[utoipa::path(
    tag = "runs",
    params(ListRuns),
    responses((status = 200, description = "A page of runs.", body = RunList), problems::Listing)
)]
#[get("/runs")]
async fn list_runs(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    params: Params<ListRuns>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    list(&app, &request, &caller, query.project_id, query).await
}

async fn list(
    app: &App,
    request: &HttpRequest,
    caller: &Principal,
    project_id: Option<ProjectId>,
    query: ListRuns,
) -> Result<HttpResponse> {
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let before: Option<RunId> =
        query.cursor.map(|text| Cursor::read("runs", &text, "/query/cursor")).transpose()?;
    let label = |text: &String| text.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let filter = RunFilter {
        visibility: caller.rights.visibility(),
        project_id,
        id: query.id,
        number: query.number,
        statuses: query.status,
        workflow: query.workflow,
        title: query.title,
        labels: query.label.iter().filter_map(label).collect(),
        started_by: query.started_by,
        created_after: query.created_after,
        created_before: query.created_before,
    };
    let found = app.engine.store().read(RunsQuery { filter, before, limit: limit + 1 }).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("runs", records[last].id));
    let mut items = Vec::with_capacity(records.len());
    for record in records {
        items.push(views::run(&app.engine, caller, record).await?);
    }
    let list = RunList { items, next_cursor };
    Ok(listed(request, list.next_cursor.as_deref(), &list))
}

/// Get a run
///
/// Its ETag is its revision, with the caller's role where that is not admin. `allowed_actions` says what the caller may do to it now.
#[utoipa::path(
    tag = "runs",
    params(RunPath, ("If-None-Match" = Option<String>, Header, description = "An ETag that the caller has.")),
    responses(
        (status = 200, description = "The run.", body = RunResponse, headers(
            ("ETag" = String, description = "Its revision."))),
        (status = 304, description = "The caller has it already."),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}/runs/{run_id}")]
async fn get_run(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: RunPath,
) -> Result<HttpResponse> {
    let record = run(&app, path.project_id, path.run_id).await?;
    let tag = tag(&caller, record.project_id, record.revision);
    if is_not_modified(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(views::run(&app.engine, &caller, record).await?))
}

/// Cancel a run
///
/// Its processes are ended. Once the push of an approved commit has begun, it is too late.
#[utoipa::path(
    tag = "runs",
    params(RunPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    request_body = CancelRequest,
    responses((status = 200, description = "The run.", body = RunResponse), problems::ChangingRun)
)]
#[post("/projects/{project_id}/runs/{run_id}/cancel")]
async fn cancel_run(
    app: web::Data<App>,
    caller: Principal,
    path: RunPath,
    key: IdempotencyKey,
    body: Body<CancelRequest>,
) -> Result<HttpResponse> {
    let found = run(&app, path.project_id, path.run_id).await?;
    let reason = body.checked()?.reason;
    let idempotency = key.of(&caller, "cancel_run", &body);
    let reply =
        app.engine.cancel_run(found.id, reason, caller.actor(), idempotency).await.map_err(|error| {
            Error::from(error).with(|context| {
                context.run_status.get_or_insert(found.status);
            })
        })?;
    let mut response = answer(StatusCode::OK, &reply);
    let run = views::run(&app.engine, &caller, reply.value.run).await?;
    Ok(response.insert_header((ETAG, tag(&caller, run.project_id, run.revision))).json(run))
}

/// Get the lineage of a run
///
/// The first run and every run that retried it, oldest first.
#[utoipa::path(
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The lineage.", body = LineageResponse), problems::Reading)
)]
#[get("/projects/{project_id}/runs/{run_id}/lineage")]
async fn get_lineage(app: web::Data<App>, path: RunPath) -> Result<HttpResponse> {
    let root_run_id = run(&app, path.project_id, path.run_id).await?.root_run_id;
    let records = app.engine.store().read(ListLineage { root_run_id }).await.map_err(missing("run"))?;
    let mut attempts = Vec::with_capacity(records.len());
    for record in records {
        attempts.push(views::lineage(&app.engine, record).await?);
    }
    Ok(HttpResponse::Ok().json(LineageResponse { root_run_id, attempts }))
}
