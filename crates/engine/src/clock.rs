//! Time and identifiers: the only place that reads a clock or makes an id.

use domain::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

/// The time now.
pub fn now() -> Timestamp {
    Timestamp::from(OffsetDateTime::now_utc())
}

/// A new identifier of version 7: it sorts by the time it was made.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
