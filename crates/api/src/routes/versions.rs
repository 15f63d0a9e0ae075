//! Versions of workflows: immutable, published whole or not at all.

use super::{REPLAYED, USUAL_LIMIT, listed, missing, page};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{Body, Cursor, IdempotencyKey, Params, VersionPath, WorkflowPath, unsupported};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use domain::contract::{Pinned, parse_json, parse_yaml};
use domain::{Fault, FaultCode};
use engine::clock;
use persistence::commands::{
    GetVersion, GetWorkflow, ListVersions, PublishVersion, Published, Publisher, Reply,
};
use serde_json::Value;
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    CompareQuery, ComparisonResponse, PageQuery, PublishedVersion, ValidationResult, WorkflowVersionList,
    WorkflowVersionResponse,
};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_workflow_versions)
        .service(get_workflow_version)
        .service(compare_workflow_versions)
        .service(publish_workflow_version)
        .service(validate_workflow);
}

/// List the versions of a workflow
///
/// Newest first.
#[utoipa::path(
    tag = "workflows",
    params(WorkflowPath, PageQuery),
    responses((status = 200, description = "A page of versions.", body = WorkflowVersionList), problems::Listing)
)]
#[get("/workflows/{name}/versions")]
async fn list_workflow_versions(
    app: web::Data<App>,
    request: HttpRequest,
    path: WorkflowPath,
    params: Params<PageQuery>,
) -> Result<HttpResponse> {
    let store = app.engine.store();
    let workflow = store.read(GetWorkflow { name: path.name }).await.map_err(missing("workflow"))?;
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let before = query.cursor.map(|text| Cursor::read("versions", &text, "/query/cursor")).transpose()?;
    let found = store.read(ListVersions { name: workflow.name, before, limit: limit + 1 }).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("versions", records[last].version));
    let items = records.into_iter().map(views::version_summary).collect();
    let list = WorkflowVersionList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Get a version of a workflow
///
/// With its inputs' schema, its steps, and the document as it was published.
#[utoipa::path(
    tag = "workflows",
    params(VersionPath),
    responses((status = 200, description = "The version.", body = WorkflowVersionResponse), problems::Reading)
)]
#[get("/workflows/{name}/versions/{version}")]
async fn get_workflow_version(app: web::Data<App>, path: VersionPath) -> Result<HttpResponse> {
    let query = GetVersion { name: path.name, version: Some(path.version) };
    let record = app.engine.store().read(query).await.map_err(missing("version"))?;
    Ok(HttpResponse::Ok().json(views::version(&app.engine, record)?))
}

/// Compare two versions of a workflow
///
/// What this version changed against another: values of the document, steps, what callers must send, and a text for
/// people.
#[utoipa::path(
    tag = "workflows",
    params(VersionPath, CompareQuery),
    responses((status = 200, description = "What differs.", body = ComparisonResponse), problems::Listing)
)]
#[get("/workflows/{name}/versions/{version}/compare")]
async fn compare_workflow_versions(
    app: web::Data<App>,
    path: VersionPath,
    params: Params<CompareQuery>,
) -> Result<HttpResponse> {
    let store = app.engine.store();
    let query = GetVersion { name: path.name.clone(), version: Some(path.version) };
    let version = store.read(query).await.map_err(missing("version"))?;
    let against = params.checked()?.against;
    let query = GetVersion { name: path.name, version: Some(against) };
    let other = store.read(query).await.map_err(|error| match error {
        persistence::Error::NotFound => {
            let detail = format!("The workflow has no version {against}.");
            Error::fault("/query/against", FaultCode::NotFound, detail)
        }
        other => other.into(),
    })?;
    Ok(HttpResponse::Ok().json(views::comparison(&app.engine, other, version)?))
}

/// Publish a version of a workflow
///
/// Content identical to the newest version makes no new one. A definition is validated whole; its faults come
/// together.
#[utoipa::path(
    tag = "workflows",
    params(WorkflowPath, ("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with its key gets the stored reply.")),
    request_body(content((wire::schema::JsonObject = "application/json"), (String = "application/yaml")), description = "The definition."),
    responses(
        (status = 201, description = "A new version.", body = PublishedVersion, headers(
            ("Location" = String, description = "Its address."))),
        (status = 200, description = "The newest version has this content already.", body = PublishedVersion),
        problems::Publishing,
    )
)]
#[post("/workflows/{name}/versions")]
async fn publish_workflow_version(
    app: web::Data<App>,
    caller: Principal,
    path: WorkflowPath,
    key: IdempotencyKey,
    body: Body<Value>,
) -> Result<HttpResponse> {
    let pinned = definition(&body)?;
    if pinned.definition().name != path.name {
        return Err(Error::fault(
            "/name",
            FaultCode::NotAllowed,
            format!("The address says {}; so must the definition.", path.name),
        ));
    }
    let publish = PublishVersion {
        pinned: Arc::new(pinned),
        publisher: Publisher::Person(caller.actor()),
        now: clock::now(),
        idempotency: key.of(&caller, "publish_workflow_version", &body),
    };
    let Reply { value, replayed } = app.engine.store().write(publish).await?;
    let (record, created) = match value {
        Published::Created(record) => (record, true),
        Published::Unchanged(record) | Published::LeftAlone(record) => (record, false),
    };
    let mut response = if created { HttpResponse::Created() } else { HttpResponse::Ok() };
    if replayed {
        response.insert_header(REPLAYED);
    }
    response
        .insert_header((LOCATION, format!("/api/v1/workflows/{}/versions/{}", record.name, record.version)));
    Ok(response.json(PublishedVersion {
        name: record.name,
        version: record.version,
        digest: record.digest,
        created,
    }))
}

/// Validate a definition
///
/// Answers the same faults as publishing, and stores nothing.
#[utoipa::path(
    tag = "workflows",
    request_body(content((wire::schema::JsonObject = "application/json"), (String = "application/yaml")), description = "The definition."),
    responses((status = 200, description = "It could be published.", body = ValidationResult), problems::Validating)
)]
#[post("/workflows/validate")]
async fn validate_workflow(body: Body<Value>) -> Result<HttpResponse> {
    let pinned = definition(&body)?;
    let name = pinned.definition().name.clone();
    Ok(HttpResponse::Ok().json(ValidationResult { valid: true, name, digest: pinned.digest().clone() }))
}

/// The definition in the body, in either language, or every fault of it.
fn definition(body: &Body<Value>) -> Result<Pinned> {
    let pinned = match body.media_type() {
        "application/yaml" | "application/x-yaml" | "text/yaml" => {
            let text = std::str::from_utf8(body.bytes());
            let not_text = |_| vec![Fault::new("", FaultCode::InvalidFormat, "The document is not UTF-8.")];
            text.map_err(not_text).and_then(parse_yaml)
        }
        _ if body.is_json() => parse_json(body.bytes()),
        _ => return Err(unsupported("application/json or application/yaml")),
    };
    pinned.map_err(Error::invalid)
}
