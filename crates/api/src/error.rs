//! Every refusal and fault that a client sees is made here: the one place where errors become statuses.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use domain::approval::DecisionRefused;
use domain::fault::Fault;
use domain::run::{Refused, RetryRefused, Status};
use domain::{Digest, FaultCode};
use serde_json::json;
use std::fmt;
use wire::{Problem, ProblemCode};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Seconds that a client waits before it tries again.
const RETRY_AFTER_SECONDS: &str = "2";

/// A request that was not done, as the problem document that says so.
#[derive(Debug, Clone)]
pub struct Error(Box<Problem>);

impl Error {
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem::new(code, detail)))
    }

    /// The request has these faults.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self(Box::new(Problem::invalid(faults)))
    }

    /// The request has one fault.
    pub fn fault(pointer: &str, code: FaultCode, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault::new(pointer, code, detail)])
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(ProblemCode::NotFound, format!("There is no such {what}."))
    }

    pub fn code(&self) -> ProblemCode {
        self.0.code
    }

    /// Lets the caller add what it knows of the case.
    pub fn with(mut self, add: impl FnOnce(&mut wire::problem::Context)) -> Self {
        add(&mut self.0.context);
        self
    }

    pub fn problem(&self) -> &Problem {
        &self.0
    }

    /// A fault of the server: its cause goes to the log, not to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "the request failed by a fault of the server");
        Self::new(ProblemCode::InternalError, "The request failed by a fault of the server.")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The context middleware writes the body: only it knows the request.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.problem().clone());
        response
    }
}

/// The headers that a problem brings along.
pub(crate) fn headers_of(problem: &Problem) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    match problem.status {
        401 => headers.push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"jido\""))),
        503 | 507 => headers.push((RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS))),
        _ => {}
    }
    if let Some(methods) = &problem.context.allowed_methods
        && let Ok(value) = HeaderValue::from_str(&methods.join(", "))
    {
        headers.push((ALLOW, value));
    }
    headers
}

/// The code for an error that actix answers by itself.
pub(crate) fn code_of_status(status: StatusCode) -> ProblemCode {
    ProblemCode::ALL
        .iter()
        .copied()
        .find(|code| {
            code.status() == status.as_u16()
                && matches!(
                    code,
                    ProblemCode::NotFound
                        | ProblemCode::MethodNotAllowed
                        | ProblemCode::BodyTooLarge
                        | ProblemCode::UnsupportedMediaType
                        | ProblemCode::RangeNotSatisfiable
                        | ProblemCode::Unavailable
                        | ProblemCode::Unauthenticated
                        | ProblemCode::Forbidden
                )
        })
        .unwrap_or(if status.is_server_error() {
            ProblemCode::InternalError
        } else {
            ProblemCode::MalformedRequest
        })
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::Invalid(faults) => Self::invalid(faults),
            engine::Error::NotFound { what } => Self::not_found(what),
            engine::Error::ProjectArchived => {
                Self::new(ProblemCode::ProjectArchived, "The project is archived; it takes no new runs.")
            }
            engine::Error::Finished { status } => {
                Self::new(ProblemCode::InvalidTransition, format!("The run has ended; it is {status}.")).with(
                    |context| {
                        context.run_status = Some(status);
                        context.allowed = Some(status.reachable());
                    },
                )
            }
            error @ engine::Error::RunNotCreated(_) => {
                tracing::error!(cause = %Chain(&error), "a run was not recorded");
                Self::new(
                    ProblemCode::RunNotCreated,
                    "The database failed while the run was recorded; no run was made.",
                )
            }
            engine::Error::Retry(refused) => refused.into(),
            engine::Error::Store(error) => error.into(),
            engine::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => storage_full(),
            other => Self::internal(Chain(&other)),
        }
    }
}

impl From<persistence::Error> for Error {
    fn from(error: persistence::Error) -> Self {
        use persistence::Error as Store;
        match error {
            Store::NotFound => Self::not_found("thing"),
            Store::StaleRevision => {
                Self::new(ProblemCode::StaleRevision, "The revision in If-Match is not the present one.")
            }
            Store::Fenced => Self::new(ProblemCode::Conflict, "Somebody else changed it at the same moment."),
            Store::Taken { what } => Self::new(ProblemCode::NameTaken, format!("Something else has {what}.")),
            Store::Run(refused) => refused.into(),
            Store::Decision(refused) => refused.into(),
            Store::ConcurrencyLimit(full) => {
                let (group, limit) = (full.group, full.limit);
                let detail = format!("At most {limit} runs of the {group} may be in progress at once.");
                Self::new(ProblemCode::ConcurrencyLimit, detail)
                    .with(|context| context.concurrency = Some((*full).into()))
            }
            Store::IdempotencyKeyReused => Self::new(
                ProblemCode::IdempotencyKeyReused,
                "This Idempotency-Key already belongs to a request with other content.",
            ),
            Store::Unavailable(cause) => {
                tracing::warn!(cause, "the database is unavailable");
                Self::new(ProblemCode::Unavailable, "The database does not answer at the moment.")
            }
            Store::DiskFull => storage_full(),
            other @ (Store::Corrupt(_) | Store::NewerSchema | Store::Database(_) | Store::Migration(_)) => {
                Self::internal(Chain(&other))
            }
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let detail = sentence(&refused);
        match refused {
            Refused::InvalidTransition(invalid) => {
                Self::new(ProblemCode::InvalidTransition, detail).with(|context| {
                    context.allowed = Some(invalid.allowed());
                    context.run_status = Some(invalid.from);
                    context.from = Some(invalid.from);
                    context.to = Some(invalid.requested.target());
                })
            }
            Refused::ShippingInProgress => Self::new(ProblemCode::ShippingInProgress, detail),
            Refused::NoLiveAttempt => Self::new(ProblemCode::Conflict, detail),
        }
    }
}

impl From<RetryRefused> for Error {
    fn from(refused: RetryRefused) -> Self {
        let detail = sentence(&refused);
        match refused {
            RetryRefused::NotFinished { status } => Self::new(ProblemCode::RunNotFinished, detail)
                .with(|context| context.run_status = Some(status)),
            RetryRefused::Completed => Self::new(ProblemCode::NothingToRetry, detail)
                .with(|context| context.run_status = Some(Status::Completed)),
            RetryRefused::NotReached { .. } => Self::new(ProblemCode::NothingToRetry, detail),
            RetryRefused::Forbidden { policy } | RetryRefused::StepForbidden { policy, .. } => {
                Self::new(ProblemCode::PolicyViolation, detail)
                    .with(|context| context.policy = Some(json!({ "retry": policy })))
            }
        }
    }
}

impl From<DecisionRefused> for Error {
    fn from(refused: DecisionRefused) -> Self {
        let detail = sentence(&refused);
        match refused {
            DecisionRefused::AlreadyDecided { status } => {
                Self::new(ProblemCode::AlreadyDecided, format!("The approval is {status}."))
            }
            DecisionRefused::VoteAlreadyCast { decision } => Self::new(
                ProblemCode::AlreadyDecided,
                format!("You have already {decision} this evidence; a vote stands."),
            ),
            DecisionRefused::ContextBlocked => Self::new(
                ProblemCode::ApprovalContextBlocked,
                "The gate's evidence could not be built, so there is nothing to decide on.",
            ),
            DecisionRefused::StaleEvidence { current } => stale_evidence(current),
            DecisionRefused::NotAnApprover => Self::new(ProblemCode::NotAnApprover, detail),
            DecisionRefused::SelfApprovalForbidden => Self::new(ProblemCode::SelfApprovalForbidden, detail),
            DecisionRefused::RationaleRequired => {
                let fault = Fault::new("/rationale", FaultCode::Required, "The policy requires a rationale.");
                let mut error = Self::new(ProblemCode::RationaleRequired, detail);
                error.0.errors = vec![fault];
                error
            }
            DecisionRefused::RoundsExhausted { max_rounds } => Self::new(
                ProblemCode::PolicyViolation,
                format!("All {max_rounds} rounds of rework are used up; approve the run or cancel it."),
            ),
        }
    }
}

/// The gate shows `current`, not what the decision names.
pub(crate) fn stale_evidence(current: Digest) -> Error {
    Error::new(ProblemCode::StaleEvidence, format!("The gate now shows {current}."))
        .with(|context| context.evidence_digest = Some(current))
}

fn storage_full() -> Error {
    Error::new(ProblemCode::StorageFull, "The server's disk is full; nothing was stored.")
}

/// An error's message as a sentence.
fn sentence(error: &impl fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}

/// Writes an error with its sources.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
