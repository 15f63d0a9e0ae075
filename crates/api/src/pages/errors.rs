//! The pages that explain the problem codes, built in from `docs/errors`.

use crate::error::{Error, Result};
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};
use wire::ProblemCode;

macro_rules! explained {
    ($($variant:ident => $file:literal),* $(,)?) => {
        /// The page of a code, in Markdown.
        pub const fn explanation(code: ProblemCode) -> &'static str {
            match code {
                $(ProblemCode::$variant => include_str!(concat!("../../../../docs/errors/", $file, ".md")),)*
            }
        }
    };
}

explained! {
    MalformedRequest => "malformed_request",
    MalformedJson => "malformed_json",
    Unauthenticated => "unauthenticated",
    OwnerLinkInvalid => "owner_link_invalid",
    Forbidden => "forbidden",
    NotAnApprover => "not_an_approver",
    CrossSiteRequest => "cross_site_request",
    SelfApprovalForbidden => "self_approval_forbidden",
    NotFound => "not_found",
    MethodNotAllowed => "method_not_allowed",
    NameTaken => "name_taken",
    ProjectArchived => "project_archived",
    InvalidTransition => "invalid_transition",
    AlreadyDecided => "already_decided",
    ApprovalContextBlocked => "approval_context_blocked",
    ShippingInProgress => "shipping_in_progress",
    ConcurrencyLimit => "concurrency_limit",
    RunNotFinished => "run_not_finished",
    NothingToRetry => "nothing_to_retry",
    PolicyViolation => "policy_violation",
    Conflict => "conflict",
    StaleRevision => "stale_revision",
    StaleEvidence => "stale_evidence",
    BodyTooLarge => "body_too_large",
    UnsupportedMediaType => "unsupported_media_type",
    RangeNotSatisfiable => "range_not_satisfiable",
    ValidationFailed => "validation_failed",
    RationaleRequired => "rationale_required",
    IdempotencyKeyReused => "idempotency_key_reused",
    PreconditionRequired => "precondition_required",
    RunNotCreated => "run_not_created",
    InternalError => "internal_error",
    Unavailable => "unavailable",
    StorageFull => "storage_full",
}

/// The page of the code that the path names.
pub async fn page(code: web::Path<String>) -> Result<HttpResponse> {
    let code = ProblemCode::parse(&code).ok_or_else(|| Error::not_found("problem code"))?;
    Ok(HttpResponse::Ok().insert_header(ContentType::plaintext()).body(explanation(code)))
}
