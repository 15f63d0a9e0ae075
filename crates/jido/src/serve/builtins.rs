//! The workflows that every installation has.

use crate::error::Error;
use domain::contract::builtins;
use engine::clock;
use persistence::Store;
use persistence::commands::{PublishVersion, Published, Publisher};
use std::sync::Arc;

/// Publishes those whose content is new; leaves those alone that a person has edited, and says so.
pub async fn publish(store: &Store) -> Result<(), Error> {
    for pinned in builtins()? {
        let name = pinned.definition().name.clone();
        let publication = PublishVersion {
            pinned: Arc::new(pinned),
            publisher: Publisher::Builtin,
            now: clock::now(),
            idempotency: None,
        };
        match store.write(publication).await.map_err(Error::store("publish the builtin workflows"))?.value {
            Published::Created(version) => {
                tracing::info!(workflow = %name, version = version.version, "builtin workflow published");
            }
            Published::Unchanged(_) => {}
            Published::LeftAlone(version) => tracing::warn!(
                workflow = %name,
                version = version.version,
                "a person edited this workflow, so the newer builtin is not published; publish it yourself to have it"
            ),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use persistence::SqliteOptions;
    use persistence::commands::ListWorkflows;

    #[tokio::test]
    async fn publishing_at_every_start_makes_each_version_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(&folder.path().join("db"), &SqliteOptions::default()).unwrap();
        publish(&store).await.unwrap();
        let first = store.read(ListWorkflows { after: None, limit: 10 }).await.unwrap();
        publish(&store).await.unwrap();
        let second = store.read(ListWorkflows { after: None, limit: 10 }).await.unwrap();
        assert_eq!(first.len(), 3);
        assert_eq!(first, second);
    }
}
