//! Whether the server lives and can work, and its own description.

use crate::error::{Error, Result};
use crate::identity::admit;
use crate::metrics;
use crate::problems;
use crate::server::{App, MetricsReaders};
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse, get, web};
use domain::Permission;
use domain::access::Visibility;
use persistence::commands::{ListProjects, ListedProjects, ReadGauges};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::HealthResponse;

pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_health).service(get_readiness).service(get_openapi).service(get_metrics);
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
    let any = ListProjects {
        visibility: Visibility::All,
        listed: ListedProjects::All,
        name: None,
        after: None,
        limit: 1,
    };
    app.engine.store().read(any).await?;
    Ok(HttpResponse::Ok().json(health(&app)))
}

/// Get this document
///
/// The OpenAPI 3.1 description of the API.
#[utoipa::path(tag = "service", security(()), responses((status = 200, description = "The document.", body = wire::schema::JsonObject)))]
#[get("/openapi.json")]
async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).body(crate::openapi_json())
}

/// Get metrics
///
/// The text format of OpenMetrics, as Prometheus reads it. Needs a token of somebody who may read metrics, unless the
/// server's configuration says `[metrics] public = true`.
#[utoipa::path(
    tag = "service",
    responses(
        (status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text"),
        problems::Reading,
    )
)]
#[get("/metrics")]
async fn get_metrics(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    match app.metrics_readers {
        MetricsReaders::Everyone => {}
        MetricsReaders::Permitted => admit(&app, &request, Permission::ReadMetrics).await?,
    }
    let gauges = app.engine.store().read(ReadGauges).await?;
    let text = metrics::text(&app.engine, &app.metrics, &gauges, app.version).map_err(Error::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text))
}

fn health(app: &App) -> HealthResponse {
    HealthResponse { status: "ok".to_owned(), version: app.version.to_owned() }
}
