//! A database of one test, with a way around the store to plant what the store never writes.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use persistence::{SqliteOptions, Store};
use private_postgres::Cluster;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// One cluster a test process. A static is never dropped: the cluster's supervisor ends it with the process.
static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start().expect("PostgreSQL is installed"));
static DATABASES: AtomicU32 = AtomicU32::new(0);

const CONNECTIONS: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

pub struct Database {
    pub store: Store,
    home: Home,
}

enum Home {
    Sqlite(TempDir),
    Postgres(String),
}

pub struct OpenTransaction(AsyncPgConnection);

impl OpenTransaction {
    pub async fn commit(mut self) {
        self.0.batch_execute("COMMIT").await.unwrap();
    }
}

/// Runs one test on an empty database of its own.
pub fn run<F: AsyncFnOnce(Database)>(backend: Backend, test: F) {
    // Migrations on PostgreSQL block the thread they run on.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { test(Database::create(backend).await).await });
}

impl Database {
    pub async fn create(backend: Backend) -> Self {
        let home = match backend {
            Backend::Sqlite => Home::Sqlite(tempfile::tempdir().unwrap()),
            Backend::Postgres => {
                let name = format!("store_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
                CLUSTER.create_database(&name).unwrap();
                Home::Postgres(name)
            }
        };
        let store = open(&home).await.unwrap();
        Self { store, home }
    }

    pub fn backend(&self) -> Backend {
        match self.home {
            Home::Sqlite(_) => Backend::Sqlite,
            Home::Postgres(_) => Backend::Postgres,
        }
    }

    /// Opens the same database a second time, as another process would.
    pub async fn open_again(&self) -> persistence::Result<Store> {
        open(&self.home).await
    }

    /// Runs SQL text past the store, with foreign keys unchecked.
    pub fn plant(&self, sql: &str) {
        match &self.home {
            Home::Sqlite(folder) => {
                let mut conn = SqliteConnection::establish(file(folder).to_str().unwrap()).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF;").unwrap();
                conn.batch_execute(sql).unwrap();
            }
            Home::Postgres(name) => {
                let unchecked = format!("SET session_replication_role = replica; {sql}");
                CLUSTER.psql(name, &unchecked).unwrap();
            }
        }
    }

    /// Makes the database fail every insert into the table.
    pub fn refuse_inserts(&self, table: &str) {
        self.plant(&match self.home {
            Home::Sqlite(_) => format!(
                "CREATE TRIGGER planted_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END;"
            ),
            Home::Postgres(_) => format!(
                "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''planted''; END'; \
                 CREATE TRIGGER planted_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION planted();"
            ),
        });
    }

    /// Takes back what `refuse_inserts` did.
    pub fn allow_inserts(&self, table: &str) {
        let of = match self.home {
            Home::Sqlite(_) => String::new(),
            Home::Postgres(_) => format!(" ON {table}"),
        };
        self.plant(&format!("DROP TRIGGER planted_{table}{of};"));
    }

    /// Ends every connection that the store holds; SQLite has none to lose.
    pub fn cut_connections(&self) {
        if let Home::Postgres(name) = &self.home {
            let sql = format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                 WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            );
            CLUSTER.psql(name, &sql).unwrap();
        }
    }

    /// A transaction that has written the run's second event and stays open; `None` where there is but one writer.
    pub async fn hold_event(&self, run: uuid::Uuid) -> Option<OpenTransaction> {
        let Home::Postgres(name) = &self.home else { return None };
        let mut conn = AsyncPgConnection::establish(&CLUSTER.url(name)).await.unwrap();
        let sql = format!(
            "BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO run_events (run_id, seq, kind, at) \
             VALUES ('{run}', 2, 'run_started', now());"
        );
        conn.batch_execute(&sql).await.unwrap();
        Some(OpenTransaction(conn))
    }

    /// The identifier as SQL text.
    pub fn literal(&self, id: uuid::Uuid) -> String {
        match self.backend() {
            Backend::Sqlite => format!("X'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'"),
        }
    }
}

async fn open(home: &Home) -> persistence::Result<Store> {
    match home {
        Home::Sqlite(folder) => Store::open_sqlite(&file(folder), &SqliteOptions::default()),
        Home::Postgres(name) => Store::open_postgres(&CLUSTER.url(name), CONNECTIONS).await,
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("store.sqlite")
}
