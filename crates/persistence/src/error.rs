//! What can go wrong in the store, sorted by what the caller can do about it.

use domain::approval::DecisionRefused;
use domain::concurrency::FullGroup;
use domain::run::Refused;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is taken when two identical requests meet; the backend that shares rows runs the later one again.
pub(crate) const KEY_IN_USE: &str = "the idempotency key";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such row")]
    NotFound,
    #[error("the row was changed by somebody else")]
    StaleRevision,
    /// The worker's lease is gone: it discards its result and kills its step.
    #[error("the lease is held by another worker")]
    Fenced,
    #[error("{what} is taken")]
    Taken { what: &'static str },
    #[error(transparent)]
    Run(#[from] Refused),
    #[error(transparent)]
    Decision(#[from] DecisionRefused),
    #[error("the group of runs is full")]
    ConcurrencyLimit(Box<FullGroup>),
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// Too much queued work, or no connection: worth trying again later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    #[error("the disk is full")]
    DiskFull,
    #[error("the database holds a value that this version cannot read: {0}")]
    Corrupt(String),
    #[error("the database is of a newer version than this program")]
    NewerSchema,
    #[error("the database refused the statement")]
    Database(#[source] diesel::result::Error),
    #[error("the migration failed: {0}")]
    Migration(String),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Taken { what: "the key" },
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            Diesel::DatabaseError(_, ref info) if says_disk_full(info.message()) => Self::DiskFull,
            Diesel::DatabaseError(_, ref info) if says_disconnected(info.message()) => {
                Self::Unavailable(info.message().to_owned())
            }
            Diesel::BrokenTransactionManager => Self::Unavailable("the connection is broken".to_owned()),
            other => Self::Database(other),
        }
    }
}

/// SQLite's SQLITE_FULL, and the operating system's ENOSPC as PostgreSQL reports it.
fn says_disk_full(message: &str) -> bool {
    message.contains("disk is full") || message.contains("No space left on device")
}

/// What PostgreSQL says to a connection when it is stopped, starts, or ends the connection; diesel has no kind for it.
fn says_disconnected(message: &str) -> bool {
    message.contains("terminating connection") || message.contains("the database system is")
}
