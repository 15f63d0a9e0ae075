//! What only SQLite can say.

use super::Conn;
use crate::error::Result;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;
use domain::Timestamp;
use time::OffsetDateTime;

/// The clock that leases are measured by: database and worker are one process on one machine.
pub async fn lease_clock(_conn: &mut Conn) -> Result<Timestamp> {
    Ok(Timestamp::from(OffsetDateTime::now_utc()))
}

/// One writer: positions become visible in order.
pub fn settled() -> SqlLiteral<Bool> {
    sql("1 = 1")
}

/// Events after a place in the feed: one writer needs no transaction number, so that it is always 0 here.
macro_rules! feed_after {
    ($after:expr) => {
        run_events::xact.eq(0).and(run_events::position.gt($after.position))
    };
}
pub(super) use feed_after;

/// Inserts any number of rows: diesel-async has no multi-row VALUES on SQLite.
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {{
        for row in $rows.iter() {
            diesel::insert_into($table).values(row).execute($conn).await?;
        }
    }};
}
pub(super) use insert_many;

/// Whether the run has the label.
macro_rules! has_label {
    ($name:expr, $value:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>(
            "EXISTS (SELECT 1 FROM json_each(runs.labels) AS label WHERE label.key = ",
        )
        .bind::<diesel::sql_types::Text, _>($name.clone())
        .sql(" AND label.value = ")
        .bind::<diesel::sql_types::Text, _>($value.clone())
        .sql(")")
    };
}
pub(super) use has_label;

/// Whether this person asked for the run.
macro_rules! started_by {
    ($user:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("json_extract(runs.initiating_actor, '$.id') = ")
            .bind::<diesel::sql_types::Text, _>($user.to_string())
    };
}
pub(super) use started_by;
