//! The shapes of the domain's types in the OpenAPI document. Nothing here is ever made; it only describes.

mod shape;
mod text;

pub use shape::{
    Actor, ContextDiagnostic, Destination, DiffSummary, Failure, Fault, FileChange, InputMetadata, RiskNote,
    StepFailure, TestSummary,
};
pub use text::{
    ActorKind, ApprovalStatus, AttemptState, Decision, DeliveryState, Digest, ErrorType, EventKind,
    FailureReason, FaultCode, FileStatus, InputOrigin, ObjectId, RationaleRule, RejectAction, RiskLevel,
    RunStatus, SafeRetry, ShipMode, StepKey, Timestamp, Uuid, WorkflowName,
};
