//! The problems that operations answer with, as responses of the OpenAPI document.

use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use wire::{Problem, ProblemCode};

/// What any operation may answer.
const ALWAYS: &[ProblemCode] = &[
    ProblemCode::MalformedRequest,
    ProblemCode::Unauthenticated,
    ProblemCode::Forbidden,
    ProblemCode::InternalError,
    ProblemCode::Unavailable,
];

/// What an operation that reads a body may answer.
const BODY: &[ProblemCode] = &[
    ProblemCode::MalformedJson,
    ProblemCode::CrossSiteRequest,
    ProblemCode::BodyTooLarge,
    ProblemCode::UnsupportedMediaType,
    ProblemCode::ValidationFailed,
    ProblemCode::StorageFull,
];

macro_rules! problem_sets {
    ($($(#[$doc:meta])* $name:ident = [$($part:expr),* $(,)?], [$($code:ident),* $(,)?];)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let parts: &[&[ProblemCode]] = &[$($part,)* &[$(ProblemCode::$code),*]];
                responses(parts)
            }
        }
    )*};
}

problem_sets! {
    /// Reading something that the path names.
    Reading = [ALWAYS], [NotFound];
    /// Reading with query parameters.
    Listing = [ALWAYS], [NotFound, ValidationFailed];
    /// Reading a part of a file.
    Ranging = [ALWAYS], [NotFound, ValidationFailed, RangeNotSatisfiable];
    /// Signing in.
    SigningIn = [BODY], [MalformedRequest, OwnerLinkInvalid, InternalError, Unavailable];
    /// Accepting an invitation.
    Accepting = [BODY], [MalformedRequest, OwnerLinkInvalid, NameTaken, InternalError, Unavailable];
    /// Changing what is the caller's own.
    Owning = [ALWAYS, BODY], [NotFound];
    /// Checking a definition.
    Validating = [ALWAYS, BODY], [];
    /// Publishing a definition.
    Publishing = [ALWAYS, BODY], [NotFound, IdempotencyKeyReused];
    /// Making a project.
    CreatingProject = [ALWAYS, BODY], [NameTaken, IdempotencyKeyReused];
    /// Changing a project.
    UpdatingProject = [ALWAYS, BODY], [NotFound, NameTaken, PreconditionRequired, StaleRevision, IdempotencyKeyReused];
    /// Archiving a project, or taking it back.
    ArchivingProject = [ALWAYS, BODY], [NotFound, IdempotencyKeyReused];
    /// Making a webhook.
    CreatingWebhook = [ALWAYS, BODY], [NotFound, ProjectArchived];
    /// Changing a webhook.
    UpdatingWebhook = [ALWAYS, BODY], [NotFound, PreconditionRequired, StaleRevision];
    /// Starting a run.
    StartingRun = [ALWAYS, BODY], [
        NotFound, ProjectArchived, ConcurrencyLimit, IdempotencyKeyReused, RunNotCreated,
    ];
    /// Retrying a run.
    RetryingRun = [ALWAYS, BODY], [
        NotFound, RunNotFinished, NothingToRetry, PolicyViolation, ProjectArchived, ConcurrencyLimit,
        IdempotencyKeyReused, RunNotCreated,
    ];
    /// Changing a run.
    ChangingRun = [ALWAYS, BODY], [NotFound, InvalidTransition, ShippingInProgress, Conflict, IdempotencyKeyReused];
    /// Refreshing an approval.
    Refreshing = [ALWAYS, BODY], [NotFound, InvalidTransition, AlreadyDecided, Conflict, IdempotencyKeyReused];
    /// Deciding a gate.
    Deciding = [ALWAYS, BODY], [
        NotFound, InvalidTransition, AlreadyDecided, ApprovalContextBlocked, PolicyViolation, Conflict,
        NotAnApprover, SelfApprovalForbidden, RationaleRequired, IdempotencyKeyReused, PreconditionRequired, StaleEvidence,
    ];
}

fn responses(parts: &[&[ProblemCode]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in parts.iter().copied().flatten() {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(code) {
            codes.push(*code);
        }
    }
    by_status.into_iter().map(|(status, codes)| (status.to_string(), response(&codes).into())).collect()
}

/// A response that lists the codes that come with its status.
fn response(codes: &[ProblemCode]) -> Response {
    let lines: Vec<String> = codes.iter().map(|code| format!("`{code}`: {}.", code.title())).collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(lines.join(" ")).content(Problem::MEDIA_TYPE, content).build()
}
