//! What only PostgreSQL can say.

use super::Conn;
use crate::error::Result;
use crate::sql::{At, Instant};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use domain::Timestamp;

/// The clock that leases are measured by: the database's own.
pub async fn lease_clock(conn: &mut Conn) -> Result<Timestamp> {
    let At(now) = diesel::select(sql::<Instant>("clock_timestamp()"))
        .get_result(conn)
        .await?;
    Ok(now)
}

/// Events that no transaction still open could precede in the feed.
pub fn settled() -> SqlLiteral<Bool> {
    sql("run_events.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
}

/// Inserts any number of rows by one statement.
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows = $rows;
        if !rows.is_empty() {
            diesel::insert_into($table).values(&rows).execute($conn).await?;
        }
    }};
}
pub(super) use insert_many;
