//! The shapes of the domain's types in the OpenAPI document. Nothing here is ever made; it only describes.

mod shape;
mod text;

pub use shape::{
    Actor, Approvers, ContextDiagnostic, Destination, DiffSummary, Failure, Fault, FileChange, InputMetadata,
    JsonObject, RiskNote, StepFailure, TestSummary,
};
pub use text::{
    ActorKind, ApprovalStatus, ArchivedFilter, AttemptState, ConcurrencyGroup, Decision, DeliveryState,
    Digest, ErrorType, EventKind, FailureReason, FaultCode, FileStatus, InputOrigin, LabelFilter, ListOrder,
    ObjectId, OnLimit, Permission, RationaleRule, RejectAction, RetryBase, RiskLevel, Role, RunStatus,
    SafeRetry, ShipMode, StepKey, Timestamp, TriggerKind, UserName, Uuid, WorkflowName,
};
