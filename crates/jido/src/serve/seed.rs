//! The demo project, registered once.

use crate::config::FileConfig;
use crate::demo::{AGENT, Prepared};
use crate::error::Error;
use domain::project::{ProjectSettings, Shipping};
use domain::{Actor, ProjectId};
use engine::clock;
use persistence::Store;
use persistence::commands::CreateProject;
use persistence::records::ProjectRecord;
use std::path::Path;

const PROJECT: &str = "demo";

/// Registers the project prepared in `folder`, unless a project has its name: it may be edited or archived since.
pub async fn register(store: &Store, config: &FileConfig, folder: &Path) -> Result<(), Error> {
    let prepared = Prepared::find(folder)?.ok_or_else(|| Error::NotPrepared(folder.to_owned()))?;
    if !config.agents.contains_key(AGENT) {
        let config = prepared.config.display();
        tracing::warn!(
            "the demo's runs will fail: there is no agent named `{AGENT}`; start with --config {config}"
        );
    }
    let now = clock::now();
    let record = ProjectRecord {
        id: ProjectId::from_uuid(clock::new_id()),
        name: PROJECT.to_owned(),
        settings: ProjectSettings {
            name: PROJECT.to_owned(),
            repository: Some(prepared.repository),
            default_branch: "main".to_owned(),
            test_command: ["cargo", "test", "--offline"].map(str::to_owned).to_vec(),
            agent: Some(AGENT.to_owned()),
            credential: None,
            shipping: Shipping::default(),
            concurrency: None,
        },
        last_run_number: 0,
        revision: 1,
        created_by: Actor::system(),
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    match store.write(CreateProject { record, idempotency: None }).await {
        Ok(_) => tracing::info!(project = PROJECT, "demo project registered"),
        Err(persistence::Error::Taken { .. }) => {}
        Err(error) => return Err(Error::store("register the demo project")(error)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use persistence::SqliteOptions;
    use persistence::commands::ListProjects;

    #[tokio::test]
    async fn the_demo_project_is_registered_once() {
        let folder = tempfile::tempdir().unwrap();
        let demo = folder.path().join("demo");
        let store = Store::open_sqlite(&folder.path().join("db"), &SqliteOptions::default()).unwrap();
        let config = FileConfig::default();
        assert!(matches!(register(&store, &config, &demo).await, Err(Error::NotPrepared(_))));

        let prepared = crate::demo::prepare(&demo).unwrap();
        register(&store, &config, &demo).await.unwrap();
        register(&store, &config, &demo).await.unwrap();
        let all = ListProjects {
            visibility: domain::access::Visibility::All,
            listed: persistence::commands::ListedProjects::All,
            name: None,
            after: None,
            limit: 10,
        };
        let projects = store.read(all).await.unwrap();
        assert_eq!(projects.len(), 1);
        assert_eq!(projects[0].settings.repository, Some(prepared.repository));
    }
}
