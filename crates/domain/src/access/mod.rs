//! Who may do what: roles, permissions, and the one table between them.

mod rights;
mod user_name;

pub use rights::{Lacking, Rights, Visibility};
pub use user_name::{UserName, UserNameError};

use crate::event::names;

names! {
    /// What a user is on one project, or on all of them. Each may what the one before it may.
    pub enum Role {
        /// Reads projects, runs and evidence.
        Viewer = "viewer",
        /// Starts, retries and cancels runs.
        Operator = "operator",
        /// Decides at gates.
        Approver = "approver",
        /// Changes settings and webhooks; on the whole installation also publishes workflows and makes projects.
        Maintainer = "maintainer",
        /// Manages members; on the whole installation also users.
        Admin = "admin",
    }
}

names! {
    /// What an operation needs. The names are those of token scopes too.
    pub enum Permission {
        /// A project, its settings and its members.
        ReadProjects = "read_projects",
        /// Runs with their events, evidence, logs and stored files.
        ReadRuns = "read_runs",
        /// Start runs, retry them and their steps.
        StartRuns = "start_runs",
        /// Cancel runs, at a gate or before.
        CancelRuns = "cancel_runs",
        /// Approve and reject what gates show, and have it built again.
        DecideApprovals = "decide_approvals",
        /// A project's settings, and what it tells to whom.
        ManageProjects = "manage_projects",
        /// Who is what on a project.
        ManageMembers = "manage_members",
        /// Nothing takes the archiving of a project back.
        ArchiveProjects = "archive_projects",
        /// Workflows and their versions; checking a definition.
        ReadWorkflows = "read_workflows",
        /// A published workflow is code that every project may run.
        PublishWorkflows = "publish_workflows",
        /// Make projects.
        CreateProjects = "create_projects",
        /// Invitations, roles on the whole installation, disabling.
        ManageUsers = "manage_users",
        /// What the server counts, of all projects together.
        ReadMetrics = "read_metrics",
        /// One's own tokens, sessions and sign-in links.
        ManageAccount = "manage_account",
    }
}

/// Where a role must be held for a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On the project concerned, or on the installation.
    Project(Role),
    /// On the installation.
    Installation(Role),
    /// Nowhere: being signed in is enough.
    Anybody,
}

impl Permission {
    /// The one table of permissions: the least role that has it, and where.
    pub const fn reach(self) -> Reach {
        match self {
            Self::ReadProjects | Self::ReadRuns => Reach::Project(Role::Viewer),
            Self::StartRuns | Self::CancelRuns => Reach::Project(Role::Operator),
            Self::DecideApprovals => Reach::Project(Role::Approver),
            Self::ManageProjects => Reach::Project(Role::Maintainer),
            Self::ManageMembers | Self::ArchiveProjects => Reach::Project(Role::Admin),
            Self::PublishWorkflows | Self::CreateProjects => Reach::Installation(Role::Maintainer),
            Self::ManageUsers | Self::ReadMetrics => Reach::Installation(Role::Admin),
            Self::ReadWorkflows | Self::ManageAccount => Reach::Anybody,
        }
    }
}

impl Role {
    /// Whether the role has the permission where it is held.
    pub fn allows(self, permission: Permission) -> bool {
        match permission.reach() {
            Reach::Project(least) | Reach::Installation(least) => self >= least,
            Reach::Anybody => true,
        }
    }
}
