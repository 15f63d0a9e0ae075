//! What surrounds every request: its id, its log span, the security headers, and the form of every problem.

use crate::error::{Error, code_of_status, headers_of};
use crate::operations::operations;
use crate::server::App;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use uuid::Uuid;
use wire::Problem;

/// What is known of a request from its first line.
#[derive(Debug, Clone)]
pub struct Seen {
    pub request_id: Uuid,
    pub instance: String,
    /// The operation that method and path name.
    pub operation: Option<&'static str>,
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY_HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Gives the request its id, and its answer the headers and form that all answers share. The outermost layer.
pub async fn surround(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let seen = Seen {
        request_id: engine::clock::new_id(),
        instance: request.path().to_owned(),
        operation: operations().named(request.method().as_str(), request.path()),
    };
    request.extensions_mut().insert(seen.clone());
    let app = request.app_data::<web::Data<App>>().cloned();
    let began = Instant::now();
    let answered = answer(request, next, &seen).await;
    if let Some(app) = app {
        let status = match &answered {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        app.metrics.answered(&seen, status, began.elapsed());
    }
    answered
}

async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    seen: &Seen,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => Ok(finished(response.map_into_boxed_body(), seen)),
        Ok(Err(error)) => {
            let response = error.error_response();
            let problem = problem_of(&response, seen);
            Err(Rendered { seen: seen.clone(), problem }.into())
        }
        // The panic hook has logged where and why.
        Err(_) => Err(Rendered {
            problem: Error::internal("a handler panicked").problem().clone(),
            seen: seen.clone(),
        }
        .into()),
    }
}

fn finished(mut response: ServiceResponse<BoxBody>, seen: &Seen) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = problem_of(response.response(), seen);
        let (request, before) = response.into_parts();
        let mut rendered = rendered(problem, seen);
        for (name, value) in before.headers() {
            if *name != CONTENT_TYPE && !rendered.headers().contains_key(name) {
                rendered.headers_mut().append(name.clone(), value.clone());
            }
        }
        response = ServiceResponse::new(request, rendered);
    }
    add_headers(response.response_mut(), seen);
    response
}

/// The problem that a handler attached, or the catalogue's words for an answer that actix gave by itself.
fn problem_of(response: &HttpResponse, seen: &Seen) -> Problem {
    match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None => {
            let code = code_of_status(response.status());
            Problem::new(code, format!("{} on {}.", code.title(), seen.instance))
        }
    }
}

fn rendered(mut problem: Problem, seen: &Seen) -> HttpResponse {
    problem.instance = seen.instance.clone();
    problem.operation = seen.operation.map(str::to_owned);
    problem.request_id = seen.request_id.to_string();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for header in headers_of(&problem) {
        response.insert_header(header);
    }
    response.content_type(Problem::MEDIA_TYPE);
    response.body(serde_json::to_vec(&problem).unwrap_or_default())
}

fn add_headers(response: &mut HttpResponse, seen: &Seen) {
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&seen.request_id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// A problem that is answered without a handler's response, after a panic for example.
#[derive(Debug)]
struct Rendered {
    seen: Seen,
    problem: Problem,
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.code, self.problem.detail)
    }
}

impl ResponseError for Rendered {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = rendered(self.problem.clone(), &self.seen);
        add_headers(&mut response, &self.seen);
        response
    }
}
