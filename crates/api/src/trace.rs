//! The log span of a request: its id and operation, never its query or its headers.

use crate::context::Seen;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

/// Makes one span per request.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let seen = request.extensions().get::<Seen>().cloned();
        let request_id = seen.as_ref().map(|seen| seen.request_id.to_string()).unwrap_or_default();
        let operation = seen.and_then(|seen| seen.operation).unwrap_or_default();
        tracing::info_span!(
            "request",
            request_id,
            operation,
            method = %request.method(),
            path = request.path(),
            status = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        if let Ok(response) = outcome {
            span.record("status", response.status().as_u16());
        }
    }
}
