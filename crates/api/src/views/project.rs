//! Projects.

use persistence::records::ProjectRecord;
use wire::ProjectResponse;

/// A project as clients see it.
pub fn project(record: ProjectRecord) -> ProjectResponse {
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
        created_by: record.created_by,
        created_at: record.created_at,
        updated_at: record.updated_at,
        archived_at: record.archived_at,
        revision: record.revision,
    }
}
