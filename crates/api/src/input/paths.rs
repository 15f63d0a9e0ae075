//! Identifiers in paths. One that cannot be read names nothing: 404.

use crate::error::{Error, Result};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::contract::{StepKey, WorkflowName};
use domain::{
    ApprovalId, ArtifactId, DeliveryId, InvitationId, ProjectId, RunId, SessionId, TokenId, UserId, UserName,
    WebhookId,
};
use std::future::{Ready, ready};

macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident {
        $($field:ident: $type:ty = $what:literal, $parse:expr, $schema:ty;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, utoipa::IntoParams)]
        #[into_params(parameter_in = Path)]
        pub struct $name {
            $(
                #[param(value_type = $schema)]
                pub $field: $type,
            )*
        }

        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let text = |name: &str| request.match_info().get(name).unwrap_or_default();
                ready((|| Ok(Self {
                    $($field: $parse(text(stringify!($field))).ok_or_else(|| Error::not_found($what))?,)*
                }))())
            }
        }
    )*};
}

fn positive<N: std::str::FromStr + PartialOrd + From<u8>>(text: &str) -> Option<N> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|number| plain && *number >= N::from(1))
}

paths! {
    /// A project.
    ProjectPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A run of a project.
    RunPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        run_id: RunId = "run", |text| RunId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A gate of a run.
    ApprovalPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        run_id: RunId = "run", |text| RunId::parse(text).ok(), wire::schema::Uuid;
        approval_id: ApprovalId = "approval", |text| ApprovalId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A step of a run.
    StepPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        run_id: RunId = "run", |text| RunId::parse(text).ok(), wire::schema::Uuid;
        step: StepKey = "step", |text| StepKey::parse(text).ok(), wire::schema::StepKey;
    }
    /// An attempt at a step.
    AttemptPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        run_id: RunId = "run", |text| RunId::parse(text).ok(), wire::schema::Uuid;
        step: StepKey = "step", |text| StepKey::parse(text).ok(), wire::schema::StepKey;
        attempt: u32 = "attempt", positive::<u32>, u32;
    }
    /// A stored file of a run.
    ArtifactPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        run_id: RunId = "run", |text| RunId::parse(text).ok(), wire::schema::Uuid;
        artifact_id: ArtifactId = "artifact", |text| ArtifactId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A workflow.
    WorkflowPath {
        name: WorkflowName = "workflow", |text| WorkflowName::parse(text).ok(), wire::schema::WorkflowName;
    }
    /// A version of a workflow.
    VersionPath {
        name: WorkflowName = "workflow", |text| WorkflowName::parse(text).ok(), wire::schema::WorkflowName;
        version: i64 = "version", positive::<i64>, i64;
    }
    /// A webhook of a project.
    WebhookPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        webhook_id: WebhookId = "webhook", |text| WebhookId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A message to a webhook.
    DeliveryPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        webhook_id: WebhookId = "webhook", |text| WebhookId::parse(text).ok(), wire::schema::Uuid;
        delivery_id: DeliveryId = "delivery", |text| DeliveryId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A user.
    UserPath {
        user_id: UserId = "user", |text| UserId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A user on the installation.
    MemberPath {
        user_name: UserName = "user", |text| UserName::parse(text).ok(), wire::schema::UserName;
    }
    /// A user on a project.
    ProjectMemberPath {
        project_id: ProjectId = "project", |text| ProjectId::parse(text).ok(), wire::schema::Uuid;
        user_name: UserName = "user", |text| UserName::parse(text).ok(), wire::schema::UserName;
    }
    /// An invitation.
    InvitationPath {
        invitation_id: InvitationId = "invitation", |text| InvitationId::parse(text).ok(), wire::schema::Uuid;
    }
    /// A browser session of the caller.
    SessionPath {
        session_id: SessionId = "session", |text| SessionId::parse(text).ok(), wire::schema::Uuid;
    }
    /// An API token.
    TokenPath {
        token_id: TokenId = "token", |text| TokenId::parse(text).ok(), wire::schema::Uuid;
    }
}
