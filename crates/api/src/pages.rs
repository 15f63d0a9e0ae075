//! What is no operation: the documentation, the error pages, the browser app, and paths that do not exist.

mod app_files;
mod errors;
mod plain;

use crate::error::Error;
use crate::operations::operations;
use crate::server::App;
use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use utoipa_swagger_ui::{Config, SwaggerUi};
use wire::ProblemCode;

/// Registers `/docs`.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/docs/errors/{code}", web::get().to(errors::page))
        .route("/docs", web::get().to(to_docs))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// Answers what no route takes: the browser app's files, or a problem.
pub async fn fallback(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_api = request.path() == "/api" || request.path().starts_with("/api/");
    match &app.web_root {
        Some(root) if is_read && !is_api => app_files::serve(root, &request).await,
        None if is_read && !is_api => match plain::serve(request.path()) {
            Some(page) => page,
            None => unknown_path(request).await,
        },
        Some(_) | None => unknown_path(request).await,
    }
}

/// Answers a request that names no operation.
pub async fn unknown_path(request: HttpRequest) -> HttpResponse {
    no_operation(&request).error_response()
}

/// 405 where the path knows other methods, else 404.
pub fn no_operation(request: &HttpRequest) -> Error {
    let methods = operations().methods_of(request.path());
    if methods.is_empty() {
        return Error::new(ProblemCode::NotFound, format!("Nothing is at {}.", request.path()));
    }
    Error::new(
        ProblemCode::MethodNotAllowed,
        format!("{} is not one of {}.", request.method(), methods.join(", ")),
    )
    .with(|context| context.allowed_methods = Some(methods.into_iter().map(str::to_owned).collect()))
}
