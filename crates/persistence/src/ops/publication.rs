//! Diagnostics of publications that failed: one row for one event on one channel.

use super::Conn;
use crate::commands::*;
use crate::error::Result;
use crate::records::{DiagnosticRecord, DiagnosticRow};
use crate::schema::{run_diagnostics, run_events};
use crate::sql::{At, Column, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::run_topic;
use domain::publication::{Channel, PUBLICATION_FAILED, Resolution};

impl Execute<Conn> for RecordPublicationFailure {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let known = match find(conn, &self.publication).await? {
            Some(known) => known,
            None => return insert(conn, self).await,
        };
        diesel::update(run_diagnostics::table.find(known))
            .set((
                run_diagnostics::reason.eq(self.fault.reason.as_str()),
                run_diagnostics::detail.eq(&self.fault.detail),
                run_diagnostics::attempts.eq(run_diagnostics::attempts + 1),
                run_diagnostics::resolution.eq(None::<String>),
                run_diagnostics::resolved_at.eq(None::<At>),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }
}

async fn find(conn: &mut Conn, of: &Publication) -> Result<Option<Key>> {
    let mut query = run_diagnostics::table
        .filter(run_diagnostics::run_id.eq(Key::from(of.run_id)))
        .filter(run_diagnostics::seq.eq(of.seq))
        .filter(run_diagnostics::channel.eq(of.channel.as_str()))
        .select(run_diagnostics::id)
        .into_boxed();
    query = match of.sink_id {
        Some(sink) => query.filter(run_diagnostics::sink_id.eq(Key::from(sink))),
        None => query.filter(run_diagnostics::sink_id.is_null()),
    };
    Ok(query.first(conn).await.optional()?)
}

async fn insert(conn: &mut Conn, failure: &RecordPublicationFailure) -> Result<()> {
    let of = &failure.publication;
    let kind: Option<String> = run_events::table
        .filter(run_events::run_id.eq(Key::from(of.run_id)))
        .filter(run_events::seq.eq(of.seq))
        .select(run_events::kind)
        .first(conn)
        .await
        .optional()?;
    let record = DiagnosticRecord {
        id: failure.id,
        run_id: of.run_id,
        error_type: PUBLICATION_FAILED.to_owned(),
        channel: of.channel,
        operation: of.channel.operation().to_owned(),
        topic: run_topic(of.run_id),
        event: kind.into_domain()?,
        reason: failure.fault.reason,
        detail: failure.fault.detail.clone(),
        attempts: 1,
        at: failure.now,
        seq: Some(of.seq),
        sink_id: of.sink_id,
        resolution: None,
        resolved_at: None,
    };
    diesel::insert_into(run_diagnostics::table).values(DiagnosticRow::from(&record)).execute(conn).await?;
    Ok(())
}

impl Execute<Conn> for ResolvePublication {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        if let Some(known) = find(conn, &self.publication).await? {
            diesel::update(run_diagnostics::table.find(known))
                .set((
                    run_diagnostics::resolution.eq(self.resolution.as_str()),
                    run_diagnostics::resolved_at.eq(At(self.now)),
                ))
                .execute(conn)
                .await?;
        }
        Ok(())
    }
}

impl Execute<Conn> for SupersedeHints {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let hints = [Channel::InProcess.as_str(), Channel::NodeNotifier.as_str()];
        diesel::update(run_diagnostics::table)
            .filter(run_diagnostics::channel.eq_any(hints))
            .filter(run_diagnostics::resolved_at.is_null())
            .set((
                run_diagnostics::resolution.eq(Resolution::Superseded.as_str()),
                run_diagnostics::resolved_at.eq(At(self.now)),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }
}
