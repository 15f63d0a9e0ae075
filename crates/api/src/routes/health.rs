//! Whether the server lives and can work, and its own description.

use crate::error::Result;
use crate::problems;
use crate::server::App;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get, web};
use domain::access::Visibility;
use persistence::commands::{ListProjects, ListedProjects};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::HealthResponse;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_health).service(get_readiness).service(get_openapi);
}

/// Say whether the process lives
///
/// Answers without touching the database.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "It lives.", body = HealthResponse)))]
#[get("/healthz")]
async fn get_health(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(health(&app))
}

/// Say whether the server can work
///
/// Reads from the database; while that fails the answer is a problem.
#[utoipa::path(
    tag = "service",
    security(()),
    responses((status = 200, description = "It can work.", body = HealthResponse), problems::Reading)
)]
#[get("/readyz")]
async fn get_readiness(app: web::Data<App>) -> Result<HttpResponse> {
    let any =
        ListProjects { visibility: Visibility::All, listed: ListedProjects::All, after: None, limit: 1 };
    app.engine.store().read(any).await?;
    Ok(HttpResponse::Ok().json(health(&app)))
}

/// Get this document
///
/// The OpenAPI 3.1 description of the API.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The document.", body = Object)))]
#[get("/openapi.json")]
async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(crate::openapi_json())
}

fn health(app: &App) -> HealthResponse {
    HealthResponse { status: "ok".to_owned(), version: app.version.to_owned() }
}
