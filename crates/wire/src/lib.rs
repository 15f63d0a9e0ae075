//! The JSON that clients see, shared by the API, the browser app and the command line.
//!
//! Requests refuse unknown fields and carry their limits twice, on purpose: as JSON Schema in the OpenAPI document
//! (feature `openapi`) and as `validator` rules that a client can run before it sends. Responses reuse the domain's
//! vocabulary; the crate compiles to WASM and knows neither actix nor diesel nor tokio.

pub mod approval;
pub mod artifact;
pub mod check;
pub mod concurrency;
pub mod diagnostic;
pub mod diff;
pub mod event;
pub mod failure;
pub mod health;
pub mod identity;
mod page;
pub mod problem;
pub mod project;
pub mod run;
#[cfg(feature = "openapi")]
pub mod schema;
pub mod step;
pub mod transition;
pub mod user;
pub mod webhook;
pub mod workflow;

pub use approval::{
    ApprovalList, ApprovalResponse, DecisionRequest, EvidenceResponse, ListApprovals, OnRejectResponse,
    OutcomeResponse, PolicyResponse, VoteResponse,
};
pub use artifact::{ArtifactList, ArtifactResponse};
pub use concurrency::{Concurrency, FullGroup};
pub use diagnostic::{DiagnosticList, DiagnosticResponse};
pub use diff::DiffResponse;
pub use event::{EventList, EventResponse, FeedQuery, ListEvents};
pub use failure::{FailureList, FailureResponse, ListFailures};
pub use health::HealthResponse;
pub use identity::{
    CreateTokenRequest, CreatedTokenResponse, OwnSessionResponse, RevokedSessions, SessionList,
    SessionResponse, SignInRequest, TokenList, TokenResponse,
};
pub use page::{ListOrder, PageQuery};
pub use problem::{Problem, ProblemCode};
pub use project::{
    ArchivedFilter, CreateProjectRequest, ListProjects, ProjectList, ProjectResponse, ShippingRequest,
    UpdateProjectRequest,
};
pub use run::{
    ActionResponse, CancelRequest, LineageResponse, ListRuns, RetryBase, RetryRequest, RunList, RunResponse,
    StartRunRequest,
};
pub use step::{AttemptResponse, LogQuery, StepList, StepResponse};
pub use transition::{ListTransitions, TransitionList, TransitionResponse};
pub use user::{
    AcceptInvitationRequest, CreateInvitationRequest, CreatedInvitationResponse, GrantedRole, InvitationList,
    InvitationResponse, MemberList, MemberResponse, SetRoleRequest, SignInLinkResponse, UserList,
    UserResponse,
};
pub use webhook::{
    CreateWebhookRequest, DeliveryList, DeliveryResponse, ListDeliveries, UpdateWebhookRequest, WebhookList,
    WebhookMessage, WebhookResponse, WebhookSecretResponse,
};
pub use workflow::{
    CompareQuery, ComparisonResponse, PublishedVersion, ValidationResult, WorkflowList, WorkflowResponse,
    WorkflowStep, WorkflowVersionList, WorkflowVersionResponse, WorkflowVersionSummary,
};

#[cfg(test)]
mod tests;
