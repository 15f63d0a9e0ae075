//! Projects.

use crate::identity::Principal;
use domain::Role;
use persistence::records::ProjectRecord;
use wire::ProjectResponse;

/// A project as this caller sees it.
pub fn project(caller: &Principal, record: ProjectRecord) -> ProjectResponse {
    let settings = record.settings;
    ProjectResponse {
        id: record.id,
        name: record.name,
        repository: settings.repository,
        default_branch: settings.default_branch,
        test_command: settings.test_command,
        agent: settings.agent,
        credential: settings.credential,
        shipping: settings.shipping.into(),
        concurrency: settings.concurrency.map(Into::into),
        // Who reads a project has a role on it.
        role: caller.rights.role_on(record.id).unwrap_or(Role::Viewer),
        permissions: caller.rights.permissions_on(record.id),
        created_by: record.created_by,
        created_at: record.created_at,
        updated_at: record.updated_at,
        archived_at: record.archived_at,
        revision: record.revision,
    }
}
