//! The store: one interface over both backends.

use crate::commands::{Execute, FindReply, Idempotency, Operation, Reply};
use crate::error::Result;
use crate::{pg, sqlite};

/// An operation that both backends carry out.
pub trait Portable: Operation + Execute<pg::Conn> + Execute<sqlite::Conn> {}
impl<O> Portable for O where O: Operation + Execute<pg::Conn> + Execute<sqlite::Conn> {}

/// A cheap handle on the database.
#[derive(Clone)]
pub enum Store {
    Postgres(pg::Database),
    Sqlite(sqlite::Database),
}

impl Store {
    /// Opens the SQLite database in the file at `path`, made when missing, and migrates it.
    pub fn open_sqlite(path: &std::path::Path, options: &sqlite::Options) -> Result<Self> {
        sqlite::Database::open(path, options).map(Self::Sqlite)
    }

    /// Connects to PostgreSQL with at most `connections` connections, and migrates the database.
    ///
    /// Needs a multi-thread tokio runtime: migrations block the thread they run on.
    pub async fn open_postgres(url: &str, connections: usize) -> Result<Self> {
        pg::Database::open(url, connections).await.map(Self::Postgres)
    }

    /// Whether other processes may share the database.
    pub const fn is_shared(&self) -> bool {
        match self {
            Self::Postgres(_) => true,
            Self::Sqlite(_) => false,
        }
    }

    /// Runs the operation in one write transaction: all of it, or nothing.
    pub async fn write<O: Portable>(&self, operation: O) -> Result<O::Output> {
        match self {
            Self::Postgres(database) => database.write(operation).await,
            Self::Sqlite(database) => database.write(operation).await,
        }
    }

    /// Tells other nodes that these runs have news; a lone process has nobody to tell.
    pub async fn announce(&self, runs: &[domain::RunId]) -> Result<()> {
        match self {
            Self::Postgres(database) => database.announce(runs).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Hands on what nodes announce, this one's own news too, until the connection breaks; for a lone process, never.
    pub async fn listen(&self, heard: impl FnMut(domain::RunId)) -> Result<()> {
        match self {
            Self::Postgres(database) => database.listen(heard).await,
            Self::Sqlite(_) => std::future::pending().await,
        }
    }

    /// The stored reply to this request, where its key has one: what would refuse the request now does not count.
    pub async fn stored_reply<T: serde::de::DeserializeOwned>(
        &self,
        idempotency: Option<&Idempotency>,
    ) -> Result<Option<Reply<T>>> {
        let Some(asked) = idempotency else { return Ok(None) };
        self.read(FindReply(asked.clone())).await?.map(Reply::stored).transpose()
    }

    /// Runs a reading operation in one consistent snapshot.
    pub async fn read<O: Portable>(&self, operation: O) -> Result<O::Output> {
        match self {
            Self::Postgres(database) => database.read(operation).await,
            Self::Sqlite(database) => database.read(operation).await,
        }
    }
}

/// Refuses a database that a newer program has migrated: this one does not know its meaning.
pub(crate) fn refuse_newer_schema<DB: diesel::backend::Backend>(
    harness: &mut impl diesel_migrations::MigrationHarness<DB>,
    known: &diesel_migrations::EmbeddedMigrations,
) -> Result<()>
where
    diesel_migrations::EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    use crate::error::Error;
    use diesel::migration::MigrationSource;
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Migration(error.to_string());
    let applied = harness.applied_migrations().map_err(failed)?;
    let newest = known.migrations().map_err(failed)?.iter().map(|m| m.name().version().as_owned()).max();
    match (applied.iter().max(), newest) {
        (Some(applied), Some(newest)) if *applied > newest => Err(Error::NewerSchema),
        _ => Ok(()),
    }
}
