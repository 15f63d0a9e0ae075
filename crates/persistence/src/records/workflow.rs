//! Workflows and their immutable versions.

use crate::sql::{At, Doc, record};
use domain::contract::{Trigger, WorkflowName};
use domain::{Actor, Digest, Timestamp};

record! {
    WorkflowRecord / WorkflowRow in workflows {
        name: WorkflowName as String,
        newest_version: i64 as i64,
        title: Option<String> as Option<String>,
        description: Option<String> as Option<String>,
        /// A person published the newest version: start-up leaves it alone.
        edited: bool as bool,
        updated_at: Timestamp as At,
        /// What may start runs of the newest version; empty: nothing.
        triggers: Vec<Trigger> as Doc<Vec<Trigger>>,
    }
}

record! {
    VersionRecord / VersionRow in workflow_versions {
        name: WorkflowName as String,
        version: i64 as i64,
        digest: Digest as String,
        /// Canonical JSON, the bytes that the digest covers.
        document: String as String,
        published_by: Actor as Doc<Actor>,
        published_at: Timestamp as At,
    }
}
