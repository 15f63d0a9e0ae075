//! Why a client command was not carried out.

use super::text::{clean, count};
use domain::fault::pointer_name;
use serde_json::Value;
use wire::{Problem, ProblemCode};

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server refused, and says why.
    #[error("{}", clean(&.problem.detail))]
    Refused { problem: Box<Problem>, document: Value },
    #[error("{server} does not answer: {detail}")]
    Unreachable { server: String, detail: String },
    #[error("{server} answered with status {status}, but not as a JidoCode Runs server does")]
    Unreadable { server: String, status: u16 },
    /// Nobody is followed there: a token is for one server alone.
    #[error("{server} sends elsewhere, to {to}")]
    Elsewhere { server: String, to: String },
    #[error("no server is named, and nobody is logged in")]
    NoServer,
    #[error("there is no token for {0}")]
    NoToken(String),
    #[error("{0} is no address of a server")]
    BadAddress(String),
    #[error("a token would cross the network readable: {0} is neither https nor this machine")]
    PlainHttp(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Usage(String),
    #[error("{what} has {}", count(faults.len() as u64, "fault"))]
    Faults { what: String, faults: Vec<String> },
    #[error("the gate shows other evidence now: {current}")]
    EvidenceChanged { current: String },
    #[error("{0}")]
    NotNow(String),
    #[error("not approved: the answer was no")]
    Declined,
}

impl Failure {
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused { problem, .. } => Some(problem.code),
            _ => None,
        }
    }

    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { problem, .. } => match problem.status {
                401 | 403 if is_about_identity(problem.code) => 5,
                404 => 6,
                400 | 413 | 415 | 422 if problem.code != ProblemCode::IdempotencyKeyReused => 1,
                status if status >= 500 => 8,
                _ => 7,
            },
            Self::Unreachable { .. } | Self::Unreadable { .. } | Self::Elsewhere { .. } => 8,
            Self::NoServer | Self::NoToken(_) => 5,
            Self::NotFound(_) => 6,
            Self::Faults { .. } => 1,
            Self::Usage(_) | Self::BadAddress(_) => 2,
            Self::EvidenceChanged { .. } | Self::NotNow(_) => 7,
            Self::PlainHttp(_) | Self::Declined => 3,
        }
    }

    /// Every fault on a line of its own, named as the command line names it.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Refused { problem, .. } => {
                let named = |fault: &domain::Fault| {
                    let place = place(&fault.pointer, problem.operation.as_deref());
                    format!("{}: {}", clean(&place), clean(&fault.detail))
                };
                problem.errors.iter().map(named).collect()
            }
            Self::Faults { faults, .. } => faults.clone(),
            _ => Vec::new(),
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Refused { problem, .. } => clean(&problem.remediation),
            Self::Unreachable { detail, .. } if detail.contains("certificate") => {
                "let this machine trust whoever signed the server's certificate, for example by SSL_CERT_FILE"
                    .to_owned()
            }
            Self::Unreachable { server, .. } => {
                format!("see that the server runs and that {server} is its address (--server, JIDO_SERVER)")
            }
            Self::Unreadable { .. } => {
                "see that the address is that of a JidoCode Runs server, not of a proxy's own page".to_owned()
            }
            Self::Elsewhere { to, .. } => {
                format!("where you trust that server, log in to it: `jido login {to}`")
            }
            Self::NoServer => {
                "`jido login URL`, or name the server by --server or JIDO_SERVER and the token by JIDO_TOKEN"
                    .to_owned()
            }
            Self::NoToken(server) => {
                format!("`jido login {server}`, or put a token into JIDO_TOKEN")
            }
            Self::BadAddress(_) => "write it as http://127.0.0.1:8700 or https://jido.example".to_owned(),
            Self::PlainHttp(_) => {
                "use https, or say --allow-plain-http where you trust the network in between".to_owned()
            }
            Self::EvidenceChanged { .. } => {
                "look at it again (`jido run show RUN`) and decide on that".to_owned()
            }
            Self::NotFound(_) | Self::Usage(_) | Self::Faults { .. } | Self::NotNow(_) | Self::Declined => {
                return None;
            }
        })
    }

    /// Names the request in the server's log.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { problem, .. } => Some(&problem.request_id),
            _ => None,
        }
    }
}

/// 401 and 403 of the credential itself; a gate's policy refuses people by 403 too.
const fn is_about_identity(code: ProblemCode) -> bool {
    !matches!(code, ProblemCode::NotAnApprover | ProblemCode::SelfApprovalForbidden)
}

/// A fault's place, as the option that gave the value where there is one.
fn place(pointer: &str, operation: Option<&str>) -> String {
    let words: Vec<&str> = pointer.split('/').skip(1).collect();
    match (operation, words.as_slice()) {
        (_, []) => "the request".to_owned(),
        (_, ["headers", "Idempotency-Key"]) => "--idempotency-key".to_owned(),
        (_, ["query", name, ..]) => option(name),
        (Some("start_run"), ["workflow"]) => "WORKFLOW".to_owned(),
        (Some("start_run"), ["inputs", name]) => format!("--input {}", pointer_name(name)),
        (Some("start_run"), ["inputs", name, rest @ ..]) => {
            format!("--input {} at /{}", pointer_name(name), rest.join("/"))
        }
        (Some("start_run"), ["labels", name]) => format!("--label {}", pointer_name(name)),
        (Some("create_project"), ["name"]) => "NAME".to_owned(),
        (Some("create_project"), ["shipping", name]) => option(name),
        (Some("create_project"), ["test_command", ..]) => "--test-command".to_owned(),
        (Some("create_token"), ["expires_in_days"]) => "--expires-in".to_owned(),
        (Some("create_token"), ["scopes", ..]) => "--scope".to_owned(),
        (Some("create_token"), ["project_ids", ..]) => "--project".to_owned(),
        (
            Some(
                "start_run" | "create_project" | "create_token" | "approve_run" | "reject_run" | "cancel_run",
            ),
            [name],
        ) => option(name),
        _ => pointer.to_owned(),
    }
}

fn option(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn refused(code: ProblemCode) -> Failure {
        let problem = Problem::new(code, "Why.");
        Failure::Refused { document: serde_json::to_value(&problem).unwrap(), problem: Box::new(problem) }
    }

    #[test_case(ProblemCode::ValidationFailed, 1)]
    #[test_case(ProblemCode::MalformedJson, 1)]
    #[test_case(ProblemCode::Unauthenticated, 5)]
    #[test_case(ProblemCode::Forbidden, 5)]
    #[test_case(ProblemCode::NotAnApprover, 7)]
    #[test_case(ProblemCode::SelfApprovalForbidden, 7)]
    #[test_case(ProblemCode::NotFound, 6)]
    #[test_case(ProblemCode::AlreadyDecided, 7)]
    #[test_case(ProblemCode::StaleEvidence, 7)]
    #[test_case(ProblemCode::InvalidTransition, 7)]
    #[test_case(ProblemCode::IdempotencyKeyReused, 7)]
    #[test_case(ProblemCode::Unavailable, 8)]
    #[test_case(ProblemCode::InternalError, 8)]
    fn a_refusal_has_its_exit_code(code: ProblemCode, expected: u8) {
        assert_eq!(refused(code).exit_code(), expected);
    }

    #[test_case("/inputs/failure_signal", "start_run", "--input failure_signal")]
    #[test_case("/inputs/tags/1", "start_run", "--input tags at /1"; "a fault within an input")]
    #[test_case("/labels/a~1b", "start_run", "--label a/b")]
    #[test_case("/base_ref", "start_run", "--base-ref")]
    #[test_case("/workflow", "start_run", "WORKFLOW")]
    #[test_case("/test_command", "create_project", "--test-command")]
    #[test_case("/name", "create_project", "NAME")]
    #[test_case("/shipping/branch_pattern", "create_project", "--branch-pattern")]
    #[test_case("/test_command/1", "create_project", "--test-command"; "a word of the test command")]
    #[test_case("/name", "create_token", "--name")]
    #[test_case("/expires_in_days", "create_token", "--expires-in")]
    #[test_case("/project_ids/0", "create_token", "--project")]
    #[test_case("/rationale", "reject_run", "--rationale")]
    #[test_case("/reason", "cancel_run", "--reason")]
    #[test_case("/headers/Idempotency-Key", "start_run", "--idempotency-key")]
    #[test_case("/query/limit", "list_runs", "--limit")]
    #[test_case("/steps/0/uses", "publish_workflow_version", "/steps/0/uses")]
    #[test_case("", "start_run", "the request")]
    fn a_fault_is_named_as_the_command_line_names_it(pointer: &str, operation: &str, expected: &str) {
        assert_eq!(place(pointer, Some(operation)), expected);
    }
}
