//! What each operation needs, and the one check. Which role has which permission is the domain's table
//! (`domain::access`).

use crate::error::{Error, Result};
use crate::identity::Principal;
use domain::access::{Lacking, Reach};
use domain::{Permission, ProjectId};
use wire::ProblemCode;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nobody needs to be signed in.
    Public,
    /// Whoever is signed in, by whatever credential, on this very credential.
    SignedIn,
    Permission(Permission),
}

/// What this operation needs; `None` for one that the table does not know, which nobody may do.
pub fn need_of(operation: &str) -> Option<Need> {
    match operation {
        "get_health" | "get_readiness" | "get_openapi" | "sign_in_with_owner_link" | "accept_invitation" => {
            Some(Need::Public)
        }
        "get_session" | "delete_session" => Some(Need::SignedIn),
        _ => permission_of(operation).map(Need::Permission),
    }
}

/// The permission that this operation needs.
///
/// One that names a project in its path needs it there. `create_sign_in_link` for somebody else needs more, which
/// its handler asks for.
fn permission_of(operation: &str) -> Option<Permission> {
    Some(match operation {
        "create_token"
        | "list_tokens"
        | "revoke_token"
        | "list_sessions"
        | "revoke_session"
        | "revoke_other_sessions"
        | "create_sign_in_link" => Permission::ManageAccount,
        "list_projects" | "get_project" | "list_project_members" => Permission::ReadProjects,
        "create_project" => Permission::CreateProjects,
        "update_project"
        | "create_webhook"
        | "list_webhooks"
        | "get_webhook"
        | "update_webhook"
        | "delete_webhook"
        | "rotate_webhook_secret"
        | "test_webhook"
        | "list_deliveries"
        | "redeliver_delivery" => Permission::ManageProjects,
        "archive_project" | "unarchive_project" => Permission::ArchiveProjects,
        "set_project_member" | "remove_project_member" => Permission::ManageMembers,
        "list_users" | "get_user" | "disable_user" | "enable_user" | "list_members" | "set_member"
        | "remove_member" | "create_invitation" | "list_invitations" | "revoke_invitation" => {
            Permission::ManageUsers
        }
        "list_workflows"
        | "get_workflow"
        | "list_workflow_versions"
        | "get_workflow_version"
        | "compare_workflow_versions"
        | "validate_workflow" => Permission::ReadWorkflows,
        "publish_workflow_version" => Permission::PublishWorkflows,
        "list_runs" | "list_project_runs" | "get_run" | "list_transitions" | "list_events"
        | "stream_events" | "stream_all_events" | "list_steps" | "get_log" | "stream_log"
        | "list_artifacts" | "download_artifact" | "get_diff" | "get_failure" | "get_lineage"
        | "list_diagnostics" | "list_failures" | "list_approvals" | "list_run_approvals" | "get_approval" => {
            Permission::ReadRuns
        }
        "start_run" | "retry_run" | "retry_step" => Permission::StartRuns,
        "cancel_run" => Permission::CancelRuns,
        "approve_run" | "reject_run" | "refresh_approval" => Permission::DecideApprovals,
        "get_metrics" => Permission::ReadMetrics,
        _ => return None,
    })
}

/// Refuses what the principal may not do. `project` is the one concerned, if there is one.
pub fn authorize(principal: &Principal, permission: Permission, project: Option<ProjectId>) -> Result<()> {
    principal.rights.check(permission, project).map_err(refusal)
}

/// The answer to somebody who lacks something. What they cannot read is not there.
fn refusal(lacking: Lacking) -> Error {
    match lacking {
        Lacking::Unseen => Error::not_found("project"),
        Lacking::Role { permission, held, needed } => {
            let place = match permission.reach() {
                Reach::Project(_) | Reach::Anybody => "on the project",
                Reach::Installation(_) => "on the whole installation",
            };
            let holds = match held {
                Some(role) => format!("your role {place} is {role}"),
                None => format!("you have no role {place}"),
            };
            let detail =
                format!("This needs the permission {permission}, which {needed} has and above; {holds}.");
            Error::new(ProblemCode::Forbidden, detail).with(|context| {
                context.permission = Some(permission);
                context.role = held;
                context.required_role = Some(needed);
            })
        }
        Lacking::Scope { permission } => {
            let detail = format!(
                "This needs the permission {permission}, which is not among the scopes of the token."
            );
            Error::new(ProblemCode::Forbidden, detail).with(|context| context.permission = Some(permission))
        }
        Lacking::Reach { permission } => {
            let detail = format!(
                "This needs the permission {permission} on the installation; the token is limited to projects."
            );
            Error::new(ProblemCode::Forbidden, detail).with(|context| context.permission = Some(permission))
        }
    }
}

/// Refuses a token that is limited: what it would make is not, so it would give more than it has.
pub fn require_whole(principal: &Principal) -> Result<()> {
    if principal.rights.is_whole() {
        return Ok(());
    }
    Err(Error::new(
        ProblemCode::Forbidden,
        "A token that is limited to scopes or projects makes no links: whoever signs in by one is not limited.",
    ))
}
