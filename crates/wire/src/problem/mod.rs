//! Refusals and faults: RFC 9457 problem documents.

mod catalogue;

pub use catalogue::ProblemCode;

use domain::run::Status;
use domain::{Actor, Digest, Fault, Permission, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a request was not done. Machines read `code`; people read the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The page that explains the code, relative to the server.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    pub code: ProblemCode,
    /// One sentence on this case.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// The operation that was asked for; null where the path names none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub operation: Option<String>,
    /// What to do about it.
    pub remediation: String,
    /// Names the request in the server's log.
    pub request_id: String,
    /// Every fault of the request.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::schema::Fault>))]
    pub errors: Vec<Fault>,
    #[serde(flatten)]
    pub context: Context,
}

/// What some codes add.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Context {
    /// The status that the run has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::RunStatus>))]
    pub run_status: Option<Status>,
    /// The status that a refused transition would have left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::RunStatus>))]
    pub from: Option<Status>,
    /// The status that a refused transition would have led to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::RunStatus>))]
    pub to: Option<Status>,
    /// The statuses that the run can go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::schema::RunStatus>>))]
    pub allowed: Option<Vec<Status>>,
    /// Whose decision stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Actor>))]
    pub decided_by: Option<Actor>,
    /// The policy that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::JsonObject>))]
    pub policy: Option<Value>,
    /// The evidence that the gate shows now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Digest>))]
    pub evidence_digest: Option<Digest>,
    /// The group of runs that is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<crate::FullGroup>,
    /// The permission that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Permission>))]
    pub permission: Option<Permission>,
    /// The role that the caller has where it counts; absent: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Role>))]
    pub role: Option<Role>,
    /// The least role that has the permission; absent where the role is not what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Role>))]
    pub required_role: Option<Role>,
    /// The methods that the path knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_methods: Option<Vec<String>>,
}

impl Problem {
    /// The media type of problem documents.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem with the catalogue's words. The server fills in `instance`, `operation` and `request_id`.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/docs/errors/{code}"),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: detail.into(),
            instance: String::new(),
            operation: None,
            remediation: code.remediation().to_owned(),
            request_id: String::new(),
            errors: Vec::new(),
            context: Context::default(),
        }
    }

    /// The problem of a request with these faults.
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.len() {
            1 => "1 fault in the request.".to_owned(),
            count => format!("{count} faults in the request."),
        };
        Self { errors, ..Self::new(ProblemCode::ValidationFailed, detail) }
    }
}
