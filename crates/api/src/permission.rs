//! The one table of permissions, and the one check.
//!
//! Today the owner may do everything. Roles per project will change `authorize`, and nothing else.

use crate::error::{Error, Result};
use crate::identity::Principal;
use domain::ProjectId;
use wire::ProblemCode;

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Nobody needs to be signed in.
    Public,
    /// Whoever is signed in, on what is their own.
    Own,
    ReadProjects,
    ManageProjects,
    ReadWorkflows,
    PublishWorkflows,
    ReadRuns,
    StartRuns,
    CancelRuns,
    DecideApprovals,
    ReadMetrics,
}

/// What this operation needs; `None` for one that the table does not know, which nobody may do.
pub fn permission_of(operation: &str) -> Option<Permission> {
    Some(match operation {
        "get_health" | "get_readiness" | "get_openapi" | "sign_in_with_owner_link" => Permission::Public,
        "get_session" | "delete_session" | "create_token" | "list_tokens" | "revoke_token" => Permission::Own,
        "list_projects" | "get_project" => Permission::ReadProjects,
        "create_project" | "update_project" | "archive_project" => Permission::ManageProjects,
        "create_webhook"
        | "list_webhooks"
        | "get_webhook"
        | "update_webhook"
        | "delete_webhook"
        | "rotate_webhook_secret"
        | "test_webhook"
        | "list_deliveries"
        | "redeliver_delivery" => Permission::ManageProjects,
        "list_workflows"
        | "get_workflow"
        | "list_workflow_versions"
        | "get_workflow_version"
        | "validate_workflow" => Permission::ReadWorkflows,
        "publish_workflow_version" => Permission::PublishWorkflows,
        "list_runs" | "list_project_runs" | "get_run" | "list_transitions" | "list_events"
        | "stream_events" | "stream_all_events" | "list_steps" | "get_log" | "stream_log"
        | "list_artifacts" | "download_artifact" | "get_diff" | "get_failure" | "get_lineage"
        | "list_diagnostics" | "list_failures" | "list_approvals" | "list_run_approvals" | "get_approval" => {
            Permission::ReadRuns
        }
        "start_run" | "retry_run" => Permission::StartRuns,
        "cancel_run" => Permission::CancelRuns,
        "approve_run" | "reject_run" | "refresh_approval" => Permission::DecideApprovals,
        "get_metrics" => Permission::ReadMetrics,
        _ => return None,
    })
}

/// Refuses what the principal may not do. `project` is the one that the path names, if it names one.
pub fn authorize(principal: &Principal, permission: Permission, project: Option<ProjectId>) -> Result<()> {
    // Roles are per project: they will need it.
    let _ = project;
    match permission {
        Permission::Public | Permission::Own => Ok(()),
        Permission::ReadProjects
        | Permission::ManageProjects
        | Permission::ReadWorkflows
        | Permission::PublishWorkflows
        | Permission::ReadRuns
        | Permission::StartRuns
        | Permission::CancelRuns
        | Permission::DecideApprovals
        | Permission::ReadMetrics => {
            if principal.user.is_owner {
                Ok(())
            } else {
                Err(Error::new(ProblemCode::Forbidden, format!("This needs the permission {permission:?}.")))
            }
        }
    }
}
