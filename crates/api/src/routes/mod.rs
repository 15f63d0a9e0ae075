//! The operations, one file per noun.

mod approvals;
mod decisions;
mod deliveries;
mod events;
mod failures;
mod files;
mod health;
mod invitations;
mod logs;
mod members;
mod projects;
mod retries;
mod runs;
mod session;
mod sessions;
mod steps;
mod tokens;
mod users;
mod versions;
mod webhooks;
mod workflows;

use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{etag, next_link};
use crate::server::App;
use actix_web::http::StatusCode;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::{ProjectId, Role, RunId, UserName};
use persistence::commands::{FindUser, GetProject, GetRun, Reply};
use persistence::records::{ProjectRecord, RunRecord, UserRecord};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

/// Says that the answer is the stored one of an earlier identical request.
const REPLAYED: (&str, &str) = ("Idempotency-Replayed", "true");
/// How many items a page holds unless asked otherwise.
const USUAL_LIMIT: i64 = 50;

/// Everything beneath `/api/v1`.
pub fn api(config: &mut ServiceConfig<'_>) {
    projects::configure(config);
    workflows::configure(config);
    versions::configure(config);
    runs::configure(config);
    retries::configure(config);
    steps::configure(config);
    logs::configure(config);
    events::configure(config);
    files::configure(config);
    failures::configure(config);
    approvals::configure(config);
    decisions::configure(config);
    webhooks::configure(config);
    deliveries::configure(config);
    session::configure(config);
    sessions::configure(config);
    tokens::configure(config);
    users::configure(config);
    invitations::configure(config);
    members::configure(config);
}

/// The server's own operations, outside the versioned API.
pub fn service(config: &mut ServiceConfig<'_>) {
    health::configure(config);
}

/// The project that the path names, or 404.
async fn project(app: &App, id: ProjectId) -> Result<ProjectRecord> {
    let found = app.engine.store().read(GetProject { id }).await;
    found.map_err(missing("project"))
}

/// The user of this name, or 404.
async fn user_named(app: &App, name: &UserName) -> Result<UserRecord> {
    let found = app.engine.store().read(FindUser { name: name.to_string() }).await?;
    found.ok_or_else(|| Error::not_found("user"))
}

/// The run that the path names, or 404. A run of another project is not there.
async fn run(app: &App, project_id: ProjectId, id: RunId) -> Result<RunRecord> {
    let found = app.engine.store().read(GetRun { project_id: Some(project_id), id }).await;
    found.map_err(missing("run"))
}

/// Says what was not found.
fn missing(what: &'static str) -> impl Fn(persistence::Error) -> Error {
    move |error| match error {
        persistence::Error::NotFound => Error::not_found(what),
        other => other.into(),
    }
}

/// The ETag of what shows the caller's role beside itself: the revision, and the role where it is not admin. A cached
/// answer is then asked for again once the role has changed.
fn tag(caller: &Principal, project: ProjectId, revision: i64) -> String {
    match caller.rights.role_on(project) {
        Some(role @ (Role::Viewer | Role::Operator | Role::Approver | Role::Maintainer)) => {
            etag(format!("{revision}.{role}"))
        }
        Some(Role::Admin) | None => etag(revision),
    }
}

/// Begins an answer; it says so when it is the stored one of an earlier identical request.
fn answer<T>(status: StatusCode, reply: &Reply<T>) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    if reply.replayed {
        response.insert_header(REPLAYED);
    }
    response
}

/// The page to give of one item more than was asked for, and the item that the next page begins after.
fn page<T>(mut items: Vec<T>, limit: i64) -> (Vec<T>, Option<usize>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.len().checked_sub(1).filter(|_| more);
    (items, last)
}

/// A page as an answer, with the `Link` of the next.
fn listed<T: Serialize>(request: &HttpRequest, next_cursor: Option<&str>, body: &T) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next_cursor {
        response.insert_header((LINK, next_link(request, cursor)));
    }
    response.json(body)
}
