//! PostgreSQL: a pool of connections, shared by any number of nodes.

use crate::commands::Execute;
use crate::error::{Error, Result};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt;
use std::sync::Arc;
use std::time::Duration;

pub type Conn = AsyncPgConnection;

mod dialect;
#[path = "../ops/mod.rs"]
mod ops;
mod signals;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// Any number: one node migrates while the others wait.
const MIGRATION_LOCK: i64 = 727_411;
/// How long an operation waits for a connection before its caller is told to come back.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);
/// Acknowledged means synced; a node that hangs in a transaction may not hold up the feed for long.
const SESSION: &str = "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '30s'";

#[derive(Clone)]
pub struct Database {
    pool: Pool<Conn>,
    url: Arc<str>,
}

impl Database {
    pub async fn open(url: &str, connections: usize) -> Result<Self> {
        migrate(url).await?;
        let mut config = ManagerConfig::<Conn>::default();
        // No round trip per checkout; a connection that died meanwhile is retried once below.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|url| {
            async move {
                let mut conn = Conn::establish(url).await?;
                let set = conn.batch_execute(SESSION).await;
                set.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(conn)
            }
            .boxed()
        });
        let manager = AsyncDieselConnectionManager::<Conn>::new_with_config(url, config);
        let pool = Pool::builder(manager)
            .max_size(connections)
            .build()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { pool, url: url.into() })
    }

    /// The transaction goes on when the caller goes away: a commit is not cut off half way.
    pub async fn write<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let database = self.clone();
        let written = tokio::spawn(async move { database.write_or_repeat(Arc::new(operation)).await }).await;
        written.map_err(|_| Error::Unavailable("the operation panicked".to_owned()))?
    }

    async fn write_or_repeat<O: Execute<Conn>>(&self, operation: Arc<O>) -> Result<O::Output> {
        let written = match self.write_once(Arc::clone(&operation)).await {
            // Another transaction inserted the key first, and has committed: a second look finds its row, be it the
            // reply to the same request or a name that is truly taken.
            Err(Error::Taken { .. }) => self.write_once(operation).await,
            result => result,
        };
        // Whether a commit whose connection broke has happened is not known: it is not repeated here.
        if matches!(written, Err(Error::Unavailable(_))) {
            self.forget_idle_connections();
        }
        written
    }

    async fn write_once<O: Execute<Conn>>(&self, operation: Arc<O>) -> Result<O::Output> {
        let mut conn = self.connection().await?;
        conn.transaction(async move |conn| operation.perform(conn).await).await
    }

    pub async fn read<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let operation = Arc::new(operation);
        match self.snapshot(Arc::clone(&operation)).await {
            // Nothing was changed: a connection that had died in the pool is worth one more try, on a new one.
            Err(Error::Unavailable(_)) => {
                self.forget_idle_connections();
                self.snapshot(operation).await
            }
            result => result,
        }
    }

    /// What ended one connection has most likely ended those beside it.
    fn forget_idle_connections(&self) {
        self.pool.retain(|_, _| false);
    }

    async fn snapshot<O: Execute<Conn>>(&self, operation: Arc<O>) -> Result<O::Output> {
        let mut conn = self.connection().await?;
        conn.build_transaction()
            .read_only()
            .repeatable_read()
            .run(async move |conn| operation.perform(conn).await)
            .await
    }

    async fn connection(&self) -> Result<Object<Conn>> {
        tokio::time::timeout(CONNECTION_WAIT, self.pool.get())
            .await
            .map_err(|_| Error::Unavailable("no connection became free".to_owned()))?
            .map_err(|error| Error::Unavailable(error.to_string()))
    }
}

async fn migrate(url: &str) -> Result<()> {
    let mut conn = Conn::establish(url).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    diesel::sql_query("SELECT pg_advisory_lock($1)")
        .bind::<diesel::sql_types::BigInt, _>(MIGRATION_LOCK)
        .execute(&mut conn)
        .await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    run_migrations(&mut harness)
}

fn run_migrations(harness: &mut impl MigrationHarness<diesel::pg::Pg>) -> Result<()> {
    crate::store::refuse_newer_schema(harness, &MIGRATIONS)?;
    harness.run_pending_migrations(MIGRATIONS).map_err(|error| Error::Migration(error.to_string()))?;
    Ok(())
}
