//! Projects.

use super::{Idempotency, Reply, operations};
use crate::records::ProjectRecord;
use domain::access::Visibility;
use domain::project::ProjectSettings;
use domain::{ProjectId, Timestamp};

operations! {
    CreateProject => Reply<ProjectRecord>,
    GetProject => ProjectRecord,
    ListProjects => Vec<ProjectRecord>,
    UpdateProject => Reply<ProjectRecord>,
    ArchiveProject => Reply<ProjectRecord>,
    UnarchiveProject => Reply<ProjectRecord>,
}

/// `Taken` when a project has the name.
#[derive(Debug, Clone)]
pub struct CreateProject {
    pub record: ProjectRecord,
    pub idempotency: Option<Idempotency>,
}

#[derive(Debug, Clone)]
pub struct GetProject {
    pub id: ProjectId,
}

/// Which projects a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListedProjects {
    #[default]
    NotArchived,
    All,
    Archived,
}

/// Oldest first, after the project `after`.
#[derive(Debug, Clone)]
pub struct ListProjects {
    pub listed: ListedProjects,
    pub visibility: Visibility,
    /// The one with exactly this name.
    pub name: Option<String>,
    pub after: Option<ProjectId>,
    pub limit: i64,
}

/// `StaleRevision` when the project was changed since `expected_revision`; `Taken` when another has the name.
#[derive(Debug, Clone)]
pub struct UpdateProject {
    pub id: ProjectId,
    pub expected_revision: i64,
    pub settings: ProjectSettings,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}

/// Archives the project; archiving it again changes nothing.
#[derive(Debug, Clone)]
pub struct ArchiveProject {
    pub id: ProjectId,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}

/// Takes an archived project back into use; one that is not archived is left as it is.
#[derive(Debug, Clone)]
pub struct UnarchiveProject {
    pub id: ProjectId,
    pub now: Timestamp,
    pub idempotency: Option<Idempotency>,
}
