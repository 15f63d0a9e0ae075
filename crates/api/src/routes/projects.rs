//! Projects.

use super::{USUAL_LIMIT, answer, listed, missing, page, project, tag};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{Body, Checked, Cursor, IdempotencyKey, IfMatch, Params, ProjectPath, is_not_modified};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use domain::ProjectId;
use domain::project::ProjectSettings;
use engine::clock;
use persistence::commands::{
    ArchiveProject, CreateProject, Idempotency, ListProjects as ProjectsQuery, ListedProjects, Reply,
    UnarchiveProject, UpdateProject,
};
use persistence::records::ProjectRecord;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ArchivedFilter, CreateProjectRequest, ListProjects, ProblemCode, ProjectList, ProjectResponse,
    UpdateProjectRequest,
};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_project)
        .service(list_projects)
        .service(get_project)
        .service(update_project)
        .service(archive_project)
        .service(unarchive_project);
}

/// Create a project
///
/// Without a repository its runs have no workspace. Agent and credential are names in the server's configuration.
#[utoipa::path(
    tag = "projects",
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    request_body = CreateProjectRequest,
    responses(
        (status = 201, description = "The project.", body = ProjectResponse, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its revision."))),
        problems::CreatingProject,
    )
)]
#[post("/projects")]
async fn create_project(
    app: web::Data<App>,
    caller: Principal,
    key: IdempotencyKey,
    body: Body<CreateProjectRequest>,
) -> Result<HttpResponse> {
    let idempotency = key.of(&caller, "create_project", &body);
    let settings = match settings(&app, &body, idempotency.as_ref()).await? {
        Asked::Before(reply) => return Ok(created(&caller, *reply)),
        Asked::Now(settings) => *settings,
    };
    let now = clock::now();
    let record = ProjectRecord {
        id: ProjectId::from_uuid(clock::new_id()),
        name: settings.name.clone(),
        settings,
        last_run_number: 0,
        revision: 1,
        created_by: caller.actor(),
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let reply = app.engine.store().write(CreateProject { record, idempotency }).await?;
    Ok(created(&caller, reply))
}

fn created(caller: &Principal, reply: Reply<ProjectRecord>) -> HttpResponse {
    let mut response = answer(StatusCode::CREATED, &reply);
    response.insert_header((LOCATION, format!("/api/v1/projects/{}", reply.value.id)));
    response.insert_header((ETAG, tag(caller, reply.value.id, reply.value.revision)));
    response.json(views::project(caller, reply.value))
}

fn changed(caller: &Principal, reply: Reply<ProjectRecord>) -> HttpResponse {
    let mut response = answer(StatusCode::OK, &reply);
    response.insert_header((ETAG, tag(caller, reply.value.id, reply.value.revision)));
    response.json(views::project(caller, reply.value))
}

/// List projects
///
/// Those that the caller can read, oldest first. Archived ones are left out unless `archived` asks for them.
#[utoipa::path(
    tag = "projects",
    params(ListProjects),
    responses((status = 200, description = "A page of projects.", body = ProjectList), problems::Listing)
)]
#[get("/projects")]
async fn list_projects(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    params: Params<ListProjects>,
) -> Result<HttpResponse> {
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let after = query.cursor.map(|text| Cursor::read("projects", &text, "/query/cursor")).transpose()?;
    let listed_projects = match query.archived {
        None => ListedProjects::NotArchived,
        Some(ArchivedFilter::Include) => ListedProjects::All,
        Some(ArchivedFilter::Only) => ListedProjects::Archived,
    };
    let visibility = caller.rights.visibility();
    let name = query.name;
    let asked = ProjectsQuery { visibility, listed: listed_projects, name, after, limit: limit + 1 };
    let found = app.engine.store().read(asked).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("projects", records[last].id));
    let items = records.into_iter().map(|record| views::project(&caller, record)).collect();
    let list = ProjectList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Get a project
///
/// Its ETag is its revision, with the caller's role where that is not admin.
#[utoipa::path(
    tag = "projects",
    params(ProjectPath, ("If-None-Match" = Option<String>, Header, description = "An ETag that the caller has.")),
    responses(
        (status = 200, description = "The project.", body = ProjectResponse, headers(
            ("ETag" = String, description = "Its revision."))),
        (status = 304, description = "The caller has it already."),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}")]
async fn get_project(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Principal,
    path: ProjectPath,
) -> Result<HttpResponse> {
    let record = project(&app, path.project_id).await?;
    let tag = tag(&caller, record.id, record.revision);
    if is_not_modified(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(views::project(&caller, record)))
}

/// Update a project
///
/// The body is the whole new state: a field that is absent gets its usual value. Runs that exist keep what they
/// pinned.
#[utoipa::path(
    tag = "projects",
    params(
        ProjectPath,
        ("If-Match" = Option<String>, Header, description = "The ETag of the project that the change is based on, or `*`."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply."),
    ),
    request_body = UpdateProjectRequest,
    responses(
        (status = 200, description = "The project.", body = ProjectResponse, headers(
            ("ETag" = String, description = "Its revision."))),
        problems::UpdatingProject,
    )
)]
#[put("/projects/{project_id}")]
async fn update_project(
    app: web::Data<App>,
    caller: Principal,
    path: ProjectPath,
    if_match: IfMatch,
    key: IdempotencyKey,
    body: Body<UpdateProjectRequest>,
) -> Result<HttpResponse> {
    let present = project(&app, path.project_id).await?;
    let idempotency = key.of(&caller, "update_project", &body);
    let settings = match settings(&app, &body, idempotency.as_ref()).await? {
        Asked::Before(reply) => return Ok(changed(&caller, *reply)),
        Asked::Now(settings) => *settings,
    };
    let expected_revision = match if_match {
        IfMatch::Absent => {
            return Err(Error::new(ProblemCode::PreconditionRequired, "If-Match is missing."));
        }
        IfMatch::Any => present.revision,
        IfMatch::Tags(tags) if tags.iter().any(|tag| names(tag, present.revision)) => present.revision,
        IfMatch::Tags(_) => return Err(persistence::Error::StaleRevision.into()),
    };
    let change =
        UpdateProject { id: present.id, expected_revision, settings, now: clock::now(), idempotency };
    Ok(changed(&caller, app.engine.store().write(change).await?))
}

/// Archive a project
///
/// It takes no new runs; what it has stays readable. Archiving it again changes nothing.
#[utoipa::path(
    tag = "projects",
    params(ProjectPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    responses((status = 200, description = "The project.", body = ProjectResponse), problems::ArchivingProject)
)]
#[post("/projects/{project_id}/archive")]
async fn archive_project(
    app: web::Data<App>,
    caller: Principal,
    path: ProjectPath,
    key: IdempotencyKey,
    body: Body<Value>,
) -> Result<HttpResponse> {
    let idempotency = key.of(&caller, "archive_project", &body);
    let change = ArchiveProject { id: path.project_id, now: clock::now(), idempotency };
    Ok(changed(&caller, app.engine.store().write(change).await.map_err(missing("project"))?))
}

/// Whether the tag names this revision, whatever role it names beside it.
fn names(tag: &str, revision: i64) -> bool {
    tag.split('.').next().is_some_and(|text| text == revision.to_string())
}

/// Take a project back from the archive
///
/// It takes new runs again. One that is not archived is left as it is.
#[utoipa::path(
    tag = "projects",
    params(ProjectPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    responses((status = 200, description = "The project.", body = ProjectResponse), problems::ArchivingProject)
)]
#[post("/projects/{project_id}/unarchive")]
async fn unarchive_project(
    app: web::Data<App>,
    caller: Principal,
    path: ProjectPath,
    key: IdempotencyKey,
    body: Body<Value>,
) -> Result<HttpResponse> {
    let idempotency = key.of(&caller, "unarchive_project", &body);
    let change = UnarchiveProject { id: path.project_id, now: clock::now(), idempotency };
    Ok(changed(&caller, app.engine.store().write(change).await.map_err(missing("project"))?))
}

/// What a request with settings comes to.
enum Asked {
    /// Its key has a stored reply.
    Before(Box<Reply<ProjectRecord>>),
    Now(Box<ProjectSettings>),
}

/// The settings that the body describes, or every fault of them: the form's and the configuration's. A stored reply
/// goes before faults that the configuration of today finds.
async fn settings(
    app: &App,
    body: &Body<CreateProjectRequest>,
    idempotency: Option<&Idempotency>,
) -> Result<Asked> {
    let mut checked = Checked::<CreateProjectRequest>::new(body.json()?, "")?;
    if checked.faults.is_empty()
        && let Some(reply) = app.engine.store().stored_reply(idempotency).await?
    {
        return Ok(Asked::Before(Box::new(reply)));
    }
    if let Some(request) = &checked.value {
        for fault in app.engine.project_faults(&request.clone().into()) {
            if !checked.faults.iter().any(|known| known.pointer == fault.pointer) {
                checked.faults.push(fault);
            }
        }
    }
    checked.accept().map(|request| Asked::Now(Box::new(request.into())))
}
