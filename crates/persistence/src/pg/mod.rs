//! PostgreSQL: a pool of connections, shared by any number of nodes.

use crate::commands::Execute;
use crate::error::{Error, Result};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub type Conn = AsyncPgConnection;

mod dialect;
#[path = "../ops/mod.rs"]
mod ops;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// Any number: one node migrates while the others wait.
const MIGRATION_LOCK: i64 = 727_411;

#[derive(Clone)]
pub struct Database {
    pool: Pool<Conn>,
}

impl Database {
    pub async fn open(url: &str, connections: usize) -> Result<Self> {
        migrate(url).await?;
        let mut config = ManagerConfig::default();
        // No round trip per checkout; a connection that died meanwhile is retried once below.
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::<Conn>::new_with_config(url, config);
        let pool = Pool::builder(manager)
            .max_size(connections)
            .build()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { pool })
    }

    pub async fn write<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let mut conn = self.connection().await?;
        conn.transaction(async |conn| operation.perform(conn).await).await
    }

    pub async fn read<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let mut conn = self.connection().await?;
        match operation.perform(&mut conn).await {
            // Nothing was changed: a connection that had died in the pool is worth one more try.
            Err(Error::Unavailable(_)) => {
                drop(conn);
                operation.perform(&mut *self.connection().await?).await
            }
            result => result,
        }
    }

    async fn connection(&self) -> Result<diesel_async::pooled_connection::deadpool::Object<Conn>> {
        self.pool
            .get()
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))
    }
}

async fn migrate(url: &str) -> Result<()> {
    let mut conn = Conn::establish(url)
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    diesel::sql_query("SELECT pg_advisory_lock($1)")
        .bind::<diesel::sql_types::BigInt, _>(MIGRATION_LOCK)
        .execute(&mut conn)
        .await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    run_migrations(&mut harness)
}

fn run_migrations(harness: &mut impl MigrationHarness<diesel::pg::Pg>) -> Result<()> {
    crate::store::refuse_newer_schema(harness, &MIGRATIONS)?;
    harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| Error::Migration(error.to_string()))?;
    Ok(())
}
