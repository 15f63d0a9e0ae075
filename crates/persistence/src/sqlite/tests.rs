//! What the writer thread promises of the operations that share a commit.

use super::{Conn, Database, Options};
use crate::commands::{Execute, Operation};
use crate::error::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};
use std::sync::mpsc;
use std::time::Duration;

/// One thing to do in the writer, by SQL text.
enum Probe {
    Insert(i64),
    /// Writes, where there is something to write, and panics before it ends.
    Panic(Option<i64>),
    /// Writes, and fails.
    Fail(i64),
    /// Writes more than the file may hold, by a statement that SQLite cannot undo without the whole transaction.
    Fill,
    /// Keeps the writer busy until told otherwise, so that what follows shares one batch.
    Wait(std::sync::Mutex<mpsc::Receiver<()>>),
    Pragma(&'static str),
    /// All rows there are, as their sum: a power of two each.
    Sum,
}

impl Operation for Probe {
    type Output = i64;
}

impl Execute<Conn> for Probe {
    async fn perform(&self, conn: &mut Conn) -> Result<i64> {
        match self {
            Self::Insert(n) => insert(conn, *n).await?,
            Self::Panic(n) => {
                if let Some(n) = n {
                    insert(conn, *n).await?;
                }
                panic!("an operation panics on purpose");
            }
            Self::Fail(n) => {
                insert(conn, *n).await?;
                return Err(Error::StaleRevision);
            }
            Self::Fill => {
                conn.batch_execute("INSERT INTO probe VALUES (0, zeroblob(50000000))").await?;
            }
            Self::Wait(release) => {
                let release = release.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let _ = release.recv_timeout(Duration::from_secs(10));
            }
            Self::Pragma(sql) => conn.batch_execute(sql).await?,
            Self::Sum => return Ok(sum(conn).await?),
        }
        Ok(0)
    }
}

async fn insert(conn: &mut Conn, n: i64) -> Result<()> {
    conn.batch_execute(&format!("INSERT INTO probe VALUES ({n}, NULL)")).await?;
    Ok(())
}

async fn sum(conn: &mut Conn) -> diesel::QueryResult<i64> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("(SELECT coalesce(sum(n), 0) FROM probe)"))
        .get_result(conn)
        .await
}

struct Fixture {
    database: Database,
    _folder: tempfile::TempDir,
}

impl Fixture {
    fn new(max_queue: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("probe.sqlite");
        let options = Options { max_queue, ..Options::default() };
        let database = Database::open(&path, &options).unwrap();
        let mut conn = super::connect(path.to_str().unwrap()).unwrap();
        conn.batch_execute("CREATE TABLE probe (n INTEGER NOT NULL, filler BLOB)").unwrap();
        Self { database, _folder: folder }
    }

    /// Runs the probes in one batch: they queue up while the writer waits.
    async fn together(&self, probes: Vec<Probe>) -> Vec<Result<i64>> {
        let (release, wait) = self.occupy().await;
        let queued: Vec<_> = probes.into_iter().map(|probe| self.queue(probe)).collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        release.send(()).unwrap();
        wait.await.unwrap().unwrap();
        let mut ends = Vec::new();
        for queued in queued {
            ends.push(queued.await.unwrap());
        }
        ends
    }

    /// Keeps the writer busy; the first commit is on its way when this returns.
    async fn occupy(&self) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<i64>>) {
        let (release, released) = mpsc::channel();
        let wait = self.queue(Probe::Wait(released.into()));
        tokio::time::sleep(Duration::from_millis(50)).await;
        (release, wait)
    }

    fn queue(&self, probe: Probe) -> tokio::task::JoinHandle<Result<i64>> {
        let database = self.database.clone();
        tokio::spawn(async move { database.write(probe).await })
    }

    async fn sum(&self) -> i64 {
        self.database.read(Probe::Sum).await.unwrap()
    }
}

#[tokio::test]
async fn a_panicking_operation_fails_alone_and_the_others_of_its_batch_commit() {
    let fixture = Fixture::new(100);
    let ends = fixture.together(vec![Probe::Insert(1), Probe::Panic(Some(2)), Probe::Insert(4)]).await;
    assert!(matches!(ends[..], [Ok(_), Err(Error::Unavailable(_)), Ok(_)]), "{ends:?}");
    assert_eq!(fixture.sum().await, 5);
}

#[tokio::test]
async fn a_failing_operation_is_rolled_back_alone() {
    let fixture = Fixture::new(100);
    let ends = fixture.together(vec![Probe::Insert(1), Probe::Fail(2), Probe::Insert(4)]).await;
    assert!(matches!(ends[..], [Ok(_), Err(Error::StaleRevision), Ok(_)]), "{ends:?}");
    assert_eq!(fixture.sum().await, 5);
}

#[tokio::test]
async fn a_full_disk_fails_the_whole_batch_and_the_store_goes_on_afterwards() {
    let fixture = Fixture::new(100);
    fixture.database.write(Probe::Insert(1)).await.unwrap();
    // SQLITE_FULL rolls the whole transaction back by itself, the jobs before the failing one included.
    let ends = fixture
        .together(vec![
            Probe::Insert(2),
            Probe::Pragma("PRAGMA max_page_count = 1"),
            Probe::Fill,
            Probe::Insert(4),
        ])
        .await;
    assert!(ends.iter().all(|end| matches!(end, Err(Error::DiskFull))), "{ends:?}");
    assert_eq!(fixture.sum().await, 1, "nothing of the batch has happened");
    fixture.database.write(Probe::Insert(8)).await.unwrap();
    assert_eq!(fixture.sum().await, 9);
}

#[tokio::test]
async fn a_full_queue_tells_its_callers_to_come_back() {
    let fixture = Fixture::new(2);
    let (release, wait) = fixture.occupy().await;
    let queued: Vec<_> = (0..4).map(|n| fixture.queue(Probe::Insert(1 << n))).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    release.send(()).unwrap();
    wait.await.unwrap().unwrap();
    let mut refused = 0;
    for queued in queued {
        match queued.await.unwrap() {
            Ok(_) => {}
            Err(Error::Unavailable(_)) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 2);
    fixture.database.write(Probe::Insert(16)).await.unwrap();
}

#[tokio::test]
async fn a_reader_writes_nothing_and_is_replaced_after_a_panic() {
    let fixture = Fixture::new(100);
    assert!(matches!(fixture.database.read(Probe::Insert(1)).await, Err(Error::Database(_))));
    for _ in 0..4 {
        let end = fixture.database.read(Probe::Panic(None)).await;
        assert!(matches!(end, Err(Error::Unavailable(_))), "{end:?}");
    }
    assert_eq!(fixture.sum().await, 0);
}
