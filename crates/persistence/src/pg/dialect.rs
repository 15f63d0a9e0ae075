//! What only PostgreSQL can say.

use super::Conn;
use crate::error::Result;
use crate::sql::{At, Instant};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use domain::Timestamp;

diesel::define_sql_function! {
    fn clock_timestamp() -> Instant;
}

/// The clock that leases are measured by: the database's own.
pub async fn lease_clock(conn: &mut Conn) -> Result<Timestamp> {
    // A typed function, not SQL text: the statement is prepared once.
    let At(now) = diesel::select(clock_timestamp()).get_result(conn).await?;
    Ok(now)
}

/// Events that no transaction still open could precede in the feed.
pub fn settled() -> SqlLiteral<Bool> {
    sql("run_events.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
}

/// Events after a place in the feed. Compared as one value the pair is a range of the feed's index; with OR, every page
/// would sort all that is left.
macro_rules! feed_after {
    ($after:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("(run_events.xact, run_events.position) > (")
            .bind::<diesel::sql_types::BigInt, _>($after.xact)
            .sql(", ")
            .bind::<diesel::sql_types::BigInt, _>($after.position)
            .sql(")")
    };
}
pub(super) use feed_after;

/// Inserts any number of rows by one statement.
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {{
        match $rows.as_slice() {
            [] => {}
            // One row is a fixed statement, prepared once; several are prepared anew each time.
            [row] => {
                diesel::insert_into($table).values(row).execute($conn).await?;
            }
            rows => {
                diesel::insert_into($table).values(rows).execute($conn).await?;
            }
        }
    }};
}
pub(super) use insert_many;

/// Whether the run has the label.
macro_rules! has_label {
    ($name:expr, $value:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("runs.labels ->> ")
            .bind::<diesel::sql_types::Text, _>($name.clone())
            .sql(" = ")
            .bind::<diesel::sql_types::Text, _>($value.clone())
    };
}
pub(super) use has_label;

/// Whether this person asked for the run.
macro_rules! started_by {
    ($user:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("runs.initiating_actor ->> 'id' = ")
            .bind::<diesel::sql_types::Text, _>($user.to_string())
    };
}
pub(super) use started_by;
