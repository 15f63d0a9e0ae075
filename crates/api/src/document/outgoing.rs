//! The webhooks section: what this server sends.

use super::examples;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Paths, Ref, Required};

/// The message that webhooks receive.
pub fn outgoing() -> Paths {
    let header = |name: &str, description: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build()
    };
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("WebhookMessage")))
        .example(examples::request_of("receive_run_event", "application/json"))
        .build();
    let body =
        RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let heard =
        ResponseBuilder::new().description("Any status from 200 to 299: the message was taken.").build();
    let gone = ResponseBuilder::new().description("The webhook is disabled.").build();
    let operation = OperationBuilder::new()
        .operation_id(Some("receive_run_event"))
        .tag("webhooks")
        .summary(Some("Receive an event of a run"))
        .description(Some(
            "Sent to each webhook of the run's project that asks for the event's name. `data` is the event as \
             `list_events` gives it. Signed by Standard Webhooks. At least once, in no promised order: `data.seq` \
             orders the events of a run. An answer that is no success, or none within ten seconds, is tried again \
             with growing pauses; `list_deliveries` shows what became of each message.",
        ))
        .parameter(header("webhook-id", "The message, the same at every attempt."))
        .parameter(header("webhook-timestamp", "Of the attempt, in seconds since 1970."))
        .parameter(header("webhook-signature", "`v1,` and the HMAC-SHA256 of id, timestamp and body, parted by dots; several, parted by blanks, while a secret is replaced."))
        .request_body(Some(body))
        .securities(Some([SecurityRequirement::default()]))
        .response("2XX", heard)
        .response("410", gone)
        .build();
    PathsBuilder::new().path("run_event", PathItem::new(HttpMethod::Post, operation)).build()
}
