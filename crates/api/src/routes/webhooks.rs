//! Webhooks of a project.

use super::{USUAL_LIMIT, listed, missing, page, project};
use crate::error::{Error, Result};
use crate::identity::Principal;
use crate::input::{Body, Checked, Cursor, IfMatch, Params, ProjectPath, WebhookPath, etag};
use crate::server::App;
use crate::{problems, views};
use actix_web::http::header::{CACHE_CONTROL, ETAG, LOCATION};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use domain::WebhookId;
use engine::{clock, new_webhook_secret};
use persistence::commands::{
    CreateWebhook, DeleteWebhook, GetWebhook, ListWebhooks, RotateSecret, UpdateWebhook,
};
use persistence::records::WebhookRecord;
use std::time::Duration;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    CreateWebhookRequest, PageQuery, ProblemCode, UpdateWebhookRequest, WebhookList, WebhookResponse,
    WebhookSecretResponse,
};

pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_webhook)
        .service(list_webhooks)
        .service(get_webhook)
        .service(update_webhook)
        .service(delete_webhook)
        .service(rotate_webhook_secret);
}

/// Create a webhook
///
/// Events of the project's runs are sent to it from now on. The secret that signs them is in this answer and nowhere
/// else.
#[utoipa::path(
    tag = "webhooks",
    params(ProjectPath),
    request_body = CreateWebhookRequest,
    responses(
        (status = 201, description = "The webhook with its secret.", body = WebhookSecretResponse, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its revision."))),
        problems::CreatingWebhook,
    )
)]
#[post("/projects/{project_id}/webhooks")]
async fn create_webhook(
    app: web::Data<App>,
    caller: Principal,
    path: ProjectPath,
    body: Body<CreateWebhookRequest>,
) -> Result<HttpResponse> {
    let project = project(&app, path.project_id).await?;
    let wanted = checked(&app, &body)?;
    let archived =
        || Error::new(ProblemCode::ProjectArchived, "The project is archived; it takes no new webhooks.");
    if project.archived_at.is_some() {
        return Err(archived());
    }
    let now = clock::now();
    let secret = new_webhook_secret().map_err(Error::internal)?;
    let record = WebhookRecord {
        id: WebhookId::from_uuid(clock::new_id()),
        project_id: project.id,
        url: wanted.url,
        events: wanted.events,
        enabled: wanted.enabled.unwrap_or(true),
        disabled_reason: None,
        secret: secret.clone(),
        previous_secret: None,
        previous_secret_until: None,
        created_by: caller.actor(),
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    let created = app.engine.store().write(CreateWebhook(record)).await;
    let record = created.map_err(|error| match error {
        persistence::Error::NotFound => archived(),
        other => other.into(),
    })?;
    let location = format!("/api/v1/projects/{}/webhooks/{}", record.project_id, record.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((ETAG, etag(record.revision)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(WebhookSecretResponse { webhook: views::webhook(record), secret }))
}

/// List the webhooks of a project
///
/// Oldest first, never their secrets.
#[utoipa::path(
    tag = "webhooks",
    params(ProjectPath, PageQuery),
    responses((status = 200, description = "A page of webhooks.", body = WebhookList), problems::Listing)
)]
#[get("/projects/{project_id}/webhooks")]
async fn list_webhooks(
    app: web::Data<App>,
    request: HttpRequest,
    path: ProjectPath,
    params: Params<PageQuery>,
) -> Result<HttpResponse> {
    let project_id = project(&app, path.project_id).await?.id;
    let query = params.checked()?;
    let limit = query.limit.unwrap_or(USUAL_LIMIT);
    let after = query.cursor.map(|text| Cursor::read("webhooks", &text, "/query/cursor")).transpose()?;
    let found = app.engine.store().read(ListWebhooks { project_id, after, limit: limit + 1 }).await?;
    let (records, last) = page(found, limit);
    let next_cursor = last.map(|last| Cursor::write("webhooks", records[last].id));
    let items = records.into_iter().map(views::webhook).collect();
    let list = WebhookList { items, next_cursor };
    Ok(listed(&request, list.next_cursor.as_deref(), &list))
}

/// Get a webhook
///
/// Its ETag is its revision.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    responses(
        (status = 200, description = "The webhook.", body = WebhookResponse, headers(
            ("ETag" = String, description = "Its revision."))),
        problems::Reading,
    )
)]
#[get("/projects/{project_id}/webhooks/{webhook_id}")]
async fn get_webhook(app: web::Data<App>, path: WebhookPath) -> Result<HttpResponse> {
    Ok(shown(webhook(&app, &path).await?))
}

/// Update a webhook
///
/// The body is the whole new state: a field that is absent gets its usual value. Enabling it sends what was pending
/// when it was disabled; events that happened meanwhile were never queued.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath, ("If-Match" = Option<String>, Header, description = "The ETag of the webhook that the change is based on, or `*`.")),
    request_body = UpdateWebhookRequest,
    responses(
        (status = 200, description = "The webhook.", body = WebhookResponse, headers(
            ("ETag" = String, description = "Its revision."))),
        problems::UpdatingWebhook,
    )
)]
#[put("/projects/{project_id}/webhooks/{webhook_id}")]
async fn update_webhook(
    app: web::Data<App>,
    path: WebhookPath,
    if_match: IfMatch,
    body: Body<UpdateWebhookRequest>,
) -> Result<HttpResponse> {
    let present = webhook(&app, &path).await?;
    let wanted = checked(&app, &body)?;
    let expected_revision = match if_match {
        IfMatch::Absent => return Err(Error::new(ProblemCode::PreconditionRequired, "If-Match is missing.")),
        IfMatch::Any => present.revision,
        IfMatch::Tags(tags) if tags.contains(&present.revision.to_string()) => present.revision,
        IfMatch::Tags(_) => return Err(persistence::Error::StaleRevision.into()),
    };
    let change = UpdateWebhook {
        project_id: path.project_id,
        id: path.webhook_id,
        expected_revision,
        url: wanted.url,
        events: wanted.events,
        enabled: wanted.enabled.unwrap_or(true),
        now: clock::now(),
    };
    let record = app.engine.store().write(change).await.map_err(missing("webhook"))?;
    app.engine.delivery_asked();
    Ok(shown(record))
}

/// Delete a webhook
///
/// Its delivery log goes with it; diagnostics of runs stay.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    responses((status = 204, description = "It is gone."), problems::Owning)
)]
#[delete("/projects/{project_id}/webhooks/{webhook_id}")]
async fn delete_webhook(app: web::Data<App>, path: WebhookPath) -> Result<HttpResponse> {
    let change = DeleteWebhook { project_id: path.project_id, id: path.webhook_id };
    app.engine.store().write(change).await.map_err(missing("webhook"))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Rotate the secret of a webhook
///
/// The new secret is in this answer and nowhere else. The replaced one signs beside it until
/// `previous_secret_until`, so that receivers can change over.
#[utoipa::path(
    tag = "webhooks",
    params(WebhookPath),
    responses((status = 200, description = "The webhook with its new secret.", body = WebhookSecretResponse), problems::Owning)
)]
#[post("/projects/{project_id}/webhooks/{webhook_id}/rotate-secret")]
async fn rotate_webhook_secret(app: web::Data<App>, path: WebhookPath) -> Result<HttpResponse> {
    let now = clock::now();
    let overlap = Duration::from_secs(app.engine.config().webhooks.secret_overlap_seconds);
    let secret = new_webhook_secret().map_err(Error::internal)?;
    let change = RotateSecret {
        project_id: path.project_id,
        id: path.webhook_id,
        secret: secret.clone(),
        previous_until: now.plus(overlap),
        now,
    };
    let record = app.engine.store().write(change).await.map_err(missing("webhook"))?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(record.revision)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(WebhookSecretResponse { webhook: views::webhook(record), secret }))
}

/// The webhook that the path names, or 404.
pub(super) async fn webhook(app: &App, path: &WebhookPath) -> Result<WebhookRecord> {
    let query = GetWebhook { project_id: path.project_id, id: path.webhook_id };
    app.engine.store().read(query).await.map_err(missing("webhook"))
}

fn shown(record: WebhookRecord) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, etag(record.revision))).json(views::webhook(record))
}

/// What the body wants, or every fault of it: the form's and the address's.
fn checked(app: &App, body: &Body<CreateWebhookRequest>) -> Result<CreateWebhookRequest> {
    let mut checked = Checked::<CreateWebhookRequest>::new(body.json()?, "")?;
    if let Some(request) = &checked.value
        && !checked.faults.iter().any(|fault| fault.pointer == "/url")
    {
        checked.faults.extend(app.engine.webhook_url_faults(&request.url));
    }
    checked.accept()
}
