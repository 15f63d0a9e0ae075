//! Time, identifiers and chance: the only place that reads a clock or makes an id.

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

/// A random number in `0.0..=1.0`, so that retries of many runs do not fall together.
pub fn jitter() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}
