//! Projects.

use crate::sql::{At, Doc, Key, record};
use domain::project::ProjectSettings;
use domain::{Actor, ProjectId, Timestamp};

record! {
    ProjectRecord / ProjectRow in projects {
        id: ProjectId as Key,
        name: String as String,
        settings: ProjectSettings as Doc<ProjectSettings>,
        last_run_number: i64 as i64,
        revision: i64 as i64,
        created_by: Actor as Doc<Actor>,
        created_at: Timestamp as At,
        updated_at: Timestamp as At,
        archived_at: Option<Timestamp> as Option<At>,
    }
}
