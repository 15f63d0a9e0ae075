//! The one catalogue of problems: code, HTTP status, title, and what to do about it.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! catalogue {
    ($($variant:ident = $code:literal, $status:literal, $title:literal, $remediation:literal;)*) => {
        /// The code of a problem: all that a program needs to read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ProblemCode {
            $(#[serde(rename = $code)] $variant),*
        }

        impl ProblemCode {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// Reads the text form; `None` for any other text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)* _ => None }
            }

            /// The HTTP status, the same wherever the code appears.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// What to do about it.
            pub const fn remediation(self) -> &'static str {
                match self { $(Self::$variant => $remediation),* }
            }
        }
    };
}

catalogue! {
    MalformedRequest = "malformed_request", 400, "The request cannot be read",
        "Send a well-formed HTTP request.";
    MalformedJson = "malformed_json", 400, "The body is not JSON",
        "Mend the JSON at the line and column named in the detail and send the request again.";
    Unauthenticated = "unauthenticated", 401, "Nobody is signed in",
        "Send `Authorization: Bearer <token>` with a token made by `jido token create`, or sign in with an owner link.";
    OwnerLinkInvalid = "owner_link_invalid", 401, "The one-time link is not valid",
        "A link works once and until it expires. Ask whoever gave it to you for another; at the server, `jido owner-link` and `jido sign-in-link` make them.";
    Forbidden = "forbidden", 403, "The caller may not do this",
        "Ask an admin for the role named in required_role, or use a token that is not limited to less.";
    NotAnApprover = "not_an_approver", 403, "The gate's policy names others to decide",
        "Ask one of the approvers named in the policy to review the run.";
    CrossSiteRequest = "cross_site_request", 403, "The request comes from another site",
        "Send requests that change something from this server's own pages, or authenticate by token.";
    SelfApprovalForbidden = "self_approval_forbidden", 403, "Whoever started the run may not approve it",
        "Ask somebody else to review and approve the run.";
    NotFound = "not_found", 404, "There is no such thing",
        "Check the identifiers in the address; list what exists with the collection's GET operation.";
    MethodNotAllowed = "method_not_allowed", 405, "The path does not know this method",
        "Use one of the methods named in the Allow header.";
    NameTaken = "name_taken", 409, "The name is taken",
        "Choose another name, or use what exists under this one.";
    ProjectArchived = "project_archived", 409, "The project is archived",
        "Start the run on a project that is not archived.";
    InvalidTransition = "invalid_transition", 409, "The run's status does not allow this",
        "Read the run again: its allowed_actions say what can be done now.";
    AlreadyDecided = "already_decided", 409, "The approval was already decided",
        "Read the approval again: its decisions and outcome say who decided what.";
    ApprovalContextBlocked = "approval_context_blocked", 409, "The approval cannot be decided while its evidence is missing",
        "Follow the remediation in the approval's diagnostics, then refresh the approval, or cancel the run.";
    ShippingInProgress = "shipping_in_progress", 409, "The approved commit is being pushed",
        "Wait for the run to end; a push that has begun is not taken back.";
    ConcurrencyLimit = "concurrency_limit", 409, "No more runs may be in progress",
        "Wait until one of the runs named in the body ends or reaches a gate, or cancel one, then send the request again.";
    RunNotFinished = "run_not_finished", 409, "The run has not ended",
        "Wait until the run has ended, or cancel it; then retry it.";
    NothingToRetry = "nothing_to_retry", 409, "There is nothing to retry",
        "Start a new run, or retry a step that the run came to.";
    PolicyViolation = "policy_violation", 409, "The workflow's policy forbids this",
        "Read the policy in the body; take one of the ways it allows.";
    Conflict = "conflict", 409, "Somebody else changed it at the same moment",
        "Read it again and repeat the request if it still applies.";
    StaleRevision = "stale_revision", 412, "The project was changed since it was read",
        "Read it again, apply the change to what is there now, and send the new ETag in If-Match.";
    StaleEvidence = "stale_evidence", 412, "The gate shows other evidence than the decision names",
        "Read the approval again, review its present evidence, and decide on the new digest.";
    BodyTooLarge = "body_too_large", 413, "The body is too large",
        "Send at most 1 MiB.";
    UnsupportedMediaType = "unsupported_media_type", 415, "The body's media type is not supported",
        "Send `Content-Type: application/json`, or another type that the operation names.";
    RangeNotSatisfiable = "range_not_satisfiable", 416, "The range lies beyond the end",
        "Ask for a range that begins before the size named in Content-Range.";
    ValidationFailed = "validation_failed", 422, "The request is not valid",
        "Mend the fields named in errors and send the request again.";
    RationaleRequired = "rationale_required", 422, "The gate's policy asks for a rationale",
        "Send the rejection again with a rationale that says what should be different.";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request",
        "Make a new key for every new request; repeat a request with exactly the same content.";
    PreconditionRequired = "precondition_required", 428, "The request must say what it acts on",
        "Read the resource and send its ETag in If-Match.";
    RunNotCreated = "run_not_created", 500, "The database did not record the run",
        "Nothing was stored. Send the request again with the same key; if it stays, look for the request_id in the server's log and run `jido check`.";
    InternalError = "internal_error", 500, "The server met a fault of its own",
        "Try again; if it stays, look for the request_id in the server's log.";
    Unavailable = "unavailable", 503, "The server cannot do this at the moment",
        "Try again after the time named in Retry-After.";
    StorageFull = "storage_full", 507, "The server's disk is full",
        "Free space on the disk that holds the data directory, then try again.";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ProblemCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        let codes: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        let lines =
            Self::ALL.iter().map(|code| format!("\n- `{code}` ({}): {}.", code.status(), code.title()));
        let description = "The code of a problem: all that a program needs to read.\n".to_owned();
        let description = description + &lines.collect::<String>();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(description))
            .enum_values(Some(codes))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ProblemCode {}
