//! How much there is of what operators watch.

use super::Conn;
use crate::commands::*;
use crate::error::Result;
use crate::schema::{approvals, run_diagnostics, runs, step_attempts, webhook_deliveries};
use crate::sql::{At, Column};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

impl Execute<Conn> for ReadGauges {
    async fn perform(&self, conn: &mut Conn) -> Result<Gauges> {
        let runs: Vec<(String, i64)> =
            runs::table.group_by(runs::status).select((runs::status, count_star())).load(conn).await?;
        let (ready_attempts, oldest): (i64, Option<At>) = step_attempts::table
            .filter(step_attempts::state.eq("ready"))
            .select((count_star(), min(step_attempts::available_at)))
            .first(conn)
            .await?;
        let open: Vec<(String, i64)> = run_diagnostics::table
            .filter(run_diagnostics::resolved_at.is_null())
            .group_by(run_diagnostics::channel)
            .select((run_diagnostics::channel, count_star()))
            .load(conn)
            .await?;
        Ok(Gauges {
            runs: counted(runs)?,
            gates_waiting: approvals::table
                .filter(approvals::status.eq_any(["pending", "blocked"]))
                .count()
                .get_result(conn)
                .await?,
            ready_attempts,
            oldest_ready: oldest.map(|At(at)| at),
            pending_deliveries: webhook_deliveries::table
                .filter(webhook_deliveries::state.eq("pending"))
                .count()
                .get_result(conn)
                .await?,
            open_diagnostics: counted(open)?,
        })
    }
}

fn counted<T>(rows: Vec<(String, i64)>) -> Result<Vec<(T, i64)>>
where
    String: Column<T>,
{
    rows.into_iter().map(|(word, count)| Ok((word.into_domain()?, count))).collect()
}
