//! Read-only connections, each used by one operation at a time.

use super::{Conn, Inline, connect};
use crate::commands::Execute;
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel_async::{AsyncConnection, TransactionManager};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

#[derive(Clone)]
pub struct Readers(Arc<Inner>);

struct Inner {
    path: String,
    free: Mutex<Vec<Conn>>,
    permits: Arc<Semaphore>,
}

impl Inner {
    fn take(&self) -> Result<Conn> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // A reader that a panic destroyed is replaced.
        free.map_or_else(|| open(&self.path), Ok)
    }

    fn give_back(&self, conn: Conn) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}

fn open(path: &str) -> Result<Conn> {
    let mut conn = connect(path)?;
    conn.batch_execute("PRAGMA query_only = ON")?;
    Ok(Conn::with_runtime(conn, Inline))
}

impl Readers {
    pub fn open(path: &str, count: usize) -> Result<Self> {
        let free = (0..count).map(|_| open(path)).collect::<Result<Vec<_>>>()?;
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            free: Mutex::new(free),
            permits: Arc::new(Semaphore::new(count)),
        })))
    }

    pub async fn run<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let inner = Arc::clone(&self.0);
        let permit = Arc::clone(&inner.permits)
            .acquire_owned()
            .await
            .map_err(|_| Error::Unavailable("closed".to_owned()))?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, also when the caller has gone away meanwhile.
            let _permit = permit;
            let mut conn = inner.take()?;
            let result = futures_executor::block_on(snapshot(&mut conn, &operation))?;
            inner.give_back(conn);
            result
        });
        done.await.map_err(|_| Error::Unavailable("the operation panicked".to_owned()))?
    }
}

/// Runs the operation in a read transaction, so that all its queries see one state.
///
/// The outer error means that the connection itself is no longer fit for use.
async fn snapshot<O: Execute<Conn>>(conn: &mut Conn, operation: &O) -> Result<Result<O::Output>> {
    type Manager = <Conn as AsyncConnection>::TransactionManager;
    Manager::begin_transaction(conn).await?;
    let result = operation.perform(conn).await;
    Manager::rollback_transaction(conn).await?;
    Ok(result)
}
