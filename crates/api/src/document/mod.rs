//! The OpenAPI document, and the routes it is made from.

mod examples;
mod outgoing;
mod parameters;
mod permissions;

use crate::identity::guard;
use crate::routes;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, web};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "JidoCode Runs",
        description = "A durable workflow runtime with human approval gates for code automation.\n\n\
            Every error is an `application/problem+json` document; `code` alone is meant for programs.",
        version = "1.0.0",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "The server that gives this document.")),
    tags(
        (name = "projects", description = "Git repositories under work."),
        (name = "workflows", description = "Definitions and their immutable versions."),
        (name = "runs", description = "Executions of a pinned version."),
        (name = "events", description = "What happened, as lists and as streams."),
        (name = "approvals", description = "Gates that wait for people."),
        (name = "failures", description = "Why runs failed."),
        (name = "webhooks", description = "Events sent to a project's own addresses."),
        (name = "identity", description = "Signing in, sessions and API tokens."),
        (name = "users", description = "People, their roles, and invitations."),
        (name = "service", description = "The server itself."),
    ),
    // Those that stand in queries alone are not found by following the operations' bodies.
    components(schemas(
        wire::Problem,
        wire::WebhookMessage,
        wire::schema::ArchivedFilter,
        wire::schema::LabelFilter,
        wire::schema::ListOrder,
    )),
    security(("token" = []), ("session" = [])),
    modifiers(&SecuritySchemes),
)]
struct Base;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token, made by `jido token create` or `POST /api/v1/tokens`."))
            .build();
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            "__Host-jido_session",
            "A browser session; named `jido_session` over http on the loopback. Requests that change something \
             must come from this server's own pages.",
        ));
        components.add_security_scheme("token", SecurityScheme::Http(token));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// Registers the API's routes and the service's own.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    let mut config = ServiceConfig::new(config);
    routes::service(&mut config);
    config.service(
        utoipa_actix_web::scope("/api/v1")
            .configure(routes::api)
            .map(|scope| scope.wrap(from_fn(guard)).default_service(web::to(crate::pages::unknown_path))),
    );
}

/// The OpenAPI 3.1 document of this server.
pub fn openapi() -> Document {
    let (_, mut document) = ActixApp::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(routes::service)
        .service(utoipa_actix_web::scope("/api/v1").configure(routes::api))
        .split_for_parts();
    for operation in document.paths.paths.values_mut().flat_map(operations_of) {
        parameters::describe(operation);
        permissions::describe(operation);
        examples::add(operation);
    }
    examples::add_problem(&mut document);
    document.webhooks = Some(outgoing::outgoing());
    document
}

/// The names of the files of examples.
#[cfg(test)]
pub(crate) fn example_names() -> impl Iterator<Item = &'static str> {
    examples::names()
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, .. } = item;
    [get, put, post, delete].into_iter().flatten()
}

/// The document as stable, indented JSON that ends with a line feed.
pub fn openapi_json() -> String {
    let value = serde_json::to_value(openapi()).unwrap_or_default();
    format!("{value:#}\n")
}
