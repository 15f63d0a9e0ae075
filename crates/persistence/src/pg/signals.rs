//! Hints between nodes: which runs have news. A lost hint costs a poll, never an event.

use super::{Conn, Database};
use crate::error::{Error, Result};
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use domain::RunId;
use futures_util::StreamExt;

const CHANNEL: &str = "jido_runs";
/// A payload holds 8,000 bytes at most; an identifier takes 37 of them.
const RUNS_PER_HINT: usize = 200;

impl Database {
    /// Tells every listening node that these runs have news. Called after their commits, never inside one.
    pub async fn announce(&self, runs: &[RunId]) -> Result<()> {
        let announced = self.notify(runs).await;
        if matches!(announced, Err(Error::Unavailable(_))) {
            self.forget_idle_connections();
        }
        announced
    }

    async fn notify(&self, runs: &[RunId]) -> Result<()> {
        let mut conn = self.connection().await?;
        for some in runs.chunks(RUNS_PER_HINT) {
            let payload = some.iter().map(RunId::to_string).collect::<Vec<_>>().join(",");
            diesel::sql_query("SELECT pg_notify($1, $2)")
                .bind::<Text, _>(CHANNEL)
                .bind::<Text, _>(payload)
                .execute(&mut conn)
                .await?;
        }
        Ok(())
    }

    /// Hands on every hint, on a connection of its own, until that connection breaks.
    pub async fn listen(&self, mut heard: impl FnMut(RunId)) -> Result<()> {
        let connected = Conn::establish(&self.url).await;
        let mut conn = connected.map_err(|error| Error::Unavailable(error.to_string()))?;
        conn.batch_execute("LISTEN jido_runs").await?;
        let mut hints = std::pin::pin!(conn.notifications_stream());
        while let Some(hint) = hints.next().await {
            let runs = hint?.payload;
            runs.split(',').filter_map(|id| RunId::parse(id).ok()).for_each(&mut heard);
        }
        Err(Error::Unavailable("the connection that listens was closed".to_owned()))
    }
}
