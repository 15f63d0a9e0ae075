//! The writer thread: takes up to a batch of queued operations, runs each in a savepoint, commits once, answers all.

use super::{Conn, Inline, Options, connect};
use crate::commands::{Execute, Operation};
use crate::error::{Error, Result};
use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel_async::{AsyncConnection, TransactionManager};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, oneshot};

/// A handle on the writer's queue.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    pub fn start(path: String, conn: SqliteConnection, options: &Options) -> Result<Self> {
        let (queue, jobs) = mpsc::channel(options.max_queue);
        let max_batch = options.max_batch;
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                let conn = Conn::with_runtime(conn, Inline);
                futures_executor::block_on(serve(path, conn, jobs, max_batch));
            })
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { queue })
    }

    pub async fn run<O: Execute<Conn>>(&self, operation: O) -> Result<O::Output> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Box::new(Pending { operation, outcome: None, reply })).map_err(|error| {
            Error::Unavailable(match error {
                mpsc::error::TrySendError::Full(_) => "too much work is queued".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "the writer has stopped".to_owned(),
            })
        })?;
        answer.await.map_err(|_| Error::Unavailable("the writer has stopped".to_owned()))?
    }
}

/// What one job did to the open transaction.
enum Ran {
    Done,
    Undone,
}

trait Job: Send {
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, Ran>;
    /// The job failed, its savepoint could not be released, or it panicked. The job's own error stands before `error`;
    /// returns what the failure means for the batch, should it have ended the transaction.
    fn fail(&mut self, error: Error) -> BatchLost;
    fn answer(self: Box<Self>, committed: std::result::Result<(), BatchLost>);
}

/// Why a whole batch came to nothing.
#[derive(Debug, Clone, Copy)]
enum BatchLost {
    DiskFull,
    Unavailable,
}

impl From<BatchLost> for Error {
    fn from(lost: BatchLost) -> Self {
        match lost {
            BatchLost::DiskFull => Self::DiskFull,
            BatchLost::Unavailable => Self::Unavailable("the commit failed".to_owned()),
        }
    }
}

impl From<&Error> for BatchLost {
    fn from(error: &Error) -> Self {
        if matches!(error, Error::DiskFull) { Self::DiskFull } else { Self::Unavailable }
    }
}

struct Pending<O: Operation> {
    operation: O,
    outcome: Option<Result<O::Output>>,
    reply: oneshot::Sender<Result<O::Output>>,
}

impl<O: Execute<Conn>> Job for Pending<O> {
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, Ran> {
        async move {
            let outcome = self.operation.perform(conn).await;
            let ran = if outcome.is_ok() { Ran::Done } else { Ran::Undone };
            self.outcome = Some(outcome);
            ran
        }
        .boxed()
    }

    fn fail(&mut self, error: Error) -> BatchLost {
        match &self.outcome {
            Some(Err(own)) => BatchLost::from(own),
            Some(Ok(_)) | None => {
                let lost = BatchLost::from(&error);
                self.outcome = Some(Err(error));
                lost
            }
        }
    }

    fn answer(self: Box<Self>, committed: std::result::Result<(), BatchLost>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(Error::Unavailable("the operation did not run".to_owned())),
            (Err(_), Some(Err(own))) => Err(own),
            (Err(lost), Some(Ok(_)) | None) => Err(lost.into()),
        };
        // A caller that has gone away loses only the answer.
        let _ = self.reply.send(outcome);
    }
}

async fn serve(path: String, mut conn: Conn, mut jobs: mpsc::Receiver<Box<dyn Job>>, max_batch: usize) {
    let mut batch: Vec<Box<dyn Job>> = Vec::with_capacity(max_batch);
    while jobs.recv_many(&mut batch, max_batch).await > 0 {
        // A panic outside a job's own savepoint costs this batch, never the writer.
        let committed = AssertUnwindSafe(commit_together(&mut conn, &mut batch))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Error::Unavailable("the writer panicked".to_owned())));
        if let Err(error) = &committed {
            tracing::error!(%error, jobs = batch.len(), "a batch was rolled back");
            // The connection's idea of the transaction is no longer SQLite's: start afresh.
            match connect(&path) {
                Ok(fresh) => conn = Conn::with_runtime(fresh, Inline),
                Err(error) => tracing::error!(%error, "the database cannot be opened again"),
            }
        }
        let outcome = committed.map_err(|error| BatchLost::from(&error));
        for job in batch.drain(..) {
            job.answer(outcome);
        }
    }
}

/// Runs the jobs in one transaction. An error means that none of them has happened.
async fn commit_together(conn: &mut Conn, batch: &mut [Box<dyn Job>]) -> Result<()> {
    conn.spawn_blocking(|conn| AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"))
        .await?;
    for job in batch.iter_mut() {
        run_in_savepoint(conn, job).await?;
    }
    <Conn as AsyncConnection>::TransactionManager::commit_transaction(conn).await?;
    Ok(())
}

async fn run_in_savepoint(conn: &mut Conn, job: &mut Box<dyn Job>) -> Result<()> {
    let mut panicked = false;
    let released = conn
        .transaction(async |conn| match AssertUnwindSafe(job.run(conn)).catch_unwind().await {
            Ok(Ran::Done) => Ok(()),
            Ok(Ran::Undone) => Err(diesel::result::Error::RollbackTransaction),
            Err(_) => {
                panicked = true;
                Err(diesel::result::Error::RollbackTransaction)
            }
        })
        .await;
    let Err(error) = released else { return Ok(()) };
    let error = if panicked { Error::Unavailable("the operation panicked".to_owned()) } else { error.into() };
    let lost = job.fail(error);
    // A full disk or a broken file makes SQLite roll the whole transaction back by itself: then the jobs before
    // this one are gone too, and nobody may be told otherwise.
    if still_in_transaction(conn).await? { Ok(()) } else { Err(lost.into()) }
}

/// A second BEGIN is refused inside a transaction; where it succeeds, there was none left.
async fn still_in_transaction(conn: &mut Conn) -> Result<bool> {
    let began = conn.spawn_blocking(|conn| Ok(conn.batch_execute("BEGIN").is_ok())).await?;
    Ok(!began)
}
