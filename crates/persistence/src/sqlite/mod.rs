//! SQLite: one writer thread that commits queued work in groups, and a few readers.

mod dialect;
#[path = "../ops/mod.rs"]
mod ops;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use crate::commands::Execute;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use readers::Readers;
use std::path::Path;
use writer::Writer;

pub type Conn = SyncConnectionWrapper<SqliteConnection, Inline>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Runs each statement where it stands: whole operations, not statements, are moved off the async threads.
pub struct Inline;

type Panicked = Box<dyn std::error::Error + Send + Sync>;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, std::result::Result<R, Panicked>> {
        std::future::ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

#[derive(Debug, Clone)]
pub struct Options {
    /// How many operations one commit may carry.
    pub max_batch: usize,
    /// How many operations may wait; beyond that callers are told to come back.
    pub max_queue: usize,
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_batch: 64, max_queue: 4096, readers: 2 }
    }
}

#[derive(Clone)]
pub struct Database {
    writer: Writer,
    readers: Readers,
}

impl Database {
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let path = path
            .to_str()
            .ok_or_else(|| Error::Unavailable("the path of the database is not UTF-8".to_owned()))?
            .to_owned();
        let mut first = connect(&path)?;
        crate::store::refuse_newer_schema(&mut first, &MIGRATIONS)?;
        first.run_pending_migrations(MIGRATIONS).map_err(|error| Error::Migration(error.to_string()))?;
        let readers = Readers::open(&path, options.readers)?;
        let writer = Writer::start(path, first, options)?;
        Ok(Self { writer, readers })
    }

    pub async fn write<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        self.writer.run(operation).await
    }

    pub async fn read<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        self.readers.run(operation).await
    }
}

fn connect(path: &str) -> Result<SqliteConnection> {
    let mut conn =
        SqliteConnection::establish(path).map_err(|error| Error::Unavailable(error.to_string()))?;
    // busy_timeout first: the switch to WAL takes a lock.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;",
    )?;
    Ok(conn)
}
