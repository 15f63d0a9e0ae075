//! What roles and permissions are called, and what they mean.

use domain::{Permission, Role};

pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Operator => "Operator",
        Role::Approver => "Approver",
        Role::Maintainer => "Maintainer",
        Role::Admin => "Admin",
    }
}

/// What the role adds to the one below it, on a project.
pub const fn means(role: Role) -> &'static str {
    match role {
        Role::Viewer => "sees the project, its runs and their evidence",
        Role::Operator => "also starts, retries and cancels runs",
        Role::Approver => "also approves and rejects at gates",
        Role::Maintainer => "also changes the project's settings",
        Role::Admin => "also says who may do what, and archives the project",
    }
}

/// What the role adds where it is held on the whole installation: there it counts on every project.
pub const fn within_installation(role: Role) -> &'static str {
    match role {
        Role::Viewer => "sees every project, its runs and their evidence",
        Role::Operator => "also starts, retries and cancels runs on every project",
        Role::Approver => "also approves and rejects at gates of every project",
        Role::Maintainer => "also changes settings, makes projects and publishes workflows",
        Role::Admin => "also manages people and their roles, and archives projects",
    }
}

/// What somebody with the permission may do, after "may".
pub const fn permission_in_words(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadProjects => "see projects, their settings and members",
        Permission::ReadRuns => "see runs with their logs, evidence and files",
        Permission::StartRuns => "start and retry runs",
        Permission::CancelRuns => "cancel runs",
        Permission::DecideApprovals => "approve and reject at gates",
        Permission::ManageProjects => "change the settings of projects",
        Permission::ManageMembers => "say who may do what on a project",
        Permission::ArchiveProjects => "archive projects",
        Permission::ReadWorkflows => "see workflows",
        Permission::PublishWorkflows => "publish workflows",
        Permission::CreateProjects => "make projects",
        Permission::ManageUsers => "invite people, give them roles, disable them",
        Permission::ReadMetrics => "read the measurements of the server",
        Permission::ManageAccount => "see and revoke your own tokens and sessions",
    }
}
