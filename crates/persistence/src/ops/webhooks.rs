//! Webhooks, and what is queued for them.

use super::{Conn, dialect, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{projects, webhook_deliveries, webhook_sinks};
use crate::sql::{At, Column, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::EventKind;
use domain::publication::DeliveryState;
use domain::{DeliveryId, RunId, Timestamp, WebhookId};

const PING: &str = "ping";
const GONE: &str = "The receiver answered 410 Gone.";

/// Queues these events of a run for the enabled webhooks of its project that want them.
pub async fn send(
    conn: &mut Conn,
    run: &RunRecord,
    kinds: &[(i64, EventKind)],
    now: Timestamp,
) -> Result<()> {
    let sinks: Vec<(Key, Doc<Option<Vec<EventKind>>>)> = webhook_sinks::table
        .filter(webhook_sinks::project_id.eq(Key::from(run.project_id)))
        .filter(webhook_sinks::enabled.eq(true))
        .select((webhook_sinks::id, webhook_sinks::events))
        .load(conn)
        .await?;
    let mut rows = Vec::new();
    for (sink, Doc(wanted)) in sinks {
        let sink: WebhookId = sink.into_domain()?;
        let matching =
            kinds.iter().filter(|(_, kind)| wanted.as_ref().is_none_or(|wanted| wanted.contains(kind)));
        rows.extend(
            matching.map(|(seq, kind)| {
                DeliveryRow::from(&queued(sink, Some((run.id, *seq)), kind.as_str(), now))
            }),
        );
    }
    dialect::insert_many!(conn, webhook_deliveries::table, rows);
    Ok(())
}

/// A delivery that is due at once. Identifiers of version 7 sort by the order in which deliveries are made.
fn queued(sink_id: WebhookId, event: Option<(RunId, i64)>, kind: &str, now: Timestamp) -> DeliveryRecord {
    DeliveryRecord {
        id: DeliveryId::from_uuid(uuid::Uuid::now_v7()),
        sink_id,
        run_id: event.map(|(run, _)| run),
        seq: event.map(|(_, seq)| seq),
        kind: kind.to_owned(),
        state: DeliveryState::Pending,
        attempts: 0,
        tries: 0,
        next_attempt_at: now,
        owner: None,
        last_attempt_at: None,
        last_status: None,
        last_error: None,
        last_response: None,
        last_duration_ms: None,
        created_at: now,
        delivered_at: None,
    }
}

impl Execute<Conn> for CreateWebhook {
    async fn perform(&self, conn: &mut Conn) -> Result<WebhookRecord> {
        // The lock keeps the project from being archived meanwhile.
        let _: Key = projects::table
            .filter(projects::id.eq(Key::from(self.0.project_id)))
            .filter(projects::archived_at.is_null())
            .select(projects::id)
            .locked()
            .get_result(conn)
            .await?;
        diesel::insert_into(webhook_sinks::table).values(WebhookRow::from(&self.0)).execute(conn).await?;
        Ok(self.0.clone())
    }
}

impl Execute<Conn> for GetWebhook {
    async fn perform(&self, conn: &mut Conn) -> Result<WebhookRecord> {
        let row: WebhookRow = webhook_sinks::table
            .find(Key::from(self.id))
            .filter(webhook_sinks::project_id.eq(Key::from(self.project_id)))
            .select(WebhookRow::as_select())
            .first(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListWebhooks {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<WebhookRecord>> {
        let mut query = webhook_sinks::table
            .filter(webhook_sinks::project_id.eq(Key::from(self.project_id)))
            .select(WebhookRow::as_select())
            .order(webhook_sinks::id)
            .into_boxed();
        if let Some(after) = self.after {
            query = query.filter(webhook_sinks::id.gt(Key::from(after)));
        }
        let rows: Vec<WebhookRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for UpdateWebhook {
    async fn perform(&self, conn: &mut Conn) -> Result<WebhookRecord> {
        let updated: Option<WebhookRow> = diesel::update(webhook_sinks::table.find(Key::from(self.id)))
            .filter(webhook_sinks::project_id.eq(Key::from(self.project_id)))
            .filter(webhook_sinks::revision.eq(self.expected_revision))
            .set((
                webhook_sinks::url.eq(&self.url),
                webhook_sinks::events.eq(Doc(self.events.clone())),
                webhook_sinks::enabled.eq(self.enabled),
                webhook_sinks::disabled_reason.eq(None::<String>),
                webhook_sinks::revision.eq(webhook_sinks::revision + 1),
                webhook_sinks::updated_at.eq(At(self.now)),
            ))
            .returning(WebhookRow::as_returning())
            .get_result(conn)
            .await
            .optional()?;
        let Some(updated) = updated else {
            GetWebhook { project_id: self.project_id, id: self.id }.perform(conn).await?;
            return Err(Error::StaleRevision);
        };
        updated.try_into()
    }
}

impl Execute<Conn> for DeleteWebhook {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        GetWebhook { project_id: self.project_id, id: self.id }.perform(conn).await?;
        let sink = Key::from(self.id);
        diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::sink_id.eq(sink)))
            .execute(conn)
            .await?;
        diesel::delete(webhook_sinks::table.find(sink)).execute(conn).await?;
        Ok(())
    }
}

impl Execute<Conn> for RotateSecret {
    async fn perform(&self, conn: &mut Conn) -> Result<WebhookRecord> {
        let row: WebhookRow = diesel::update(webhook_sinks::table.find(Key::from(self.id)))
            .filter(webhook_sinks::project_id.eq(Key::from(self.project_id)))
            .set((
                webhook_sinks::previous_secret.eq(webhook_sinks::secret.nullable()),
                webhook_sinks::previous_secret_until.eq(At(self.previous_until)),
                webhook_sinks::secret.eq(&self.secret),
                webhook_sinks::revision.eq(webhook_sinks::revision + 1),
                webhook_sinks::updated_at.eq(At(self.now)),
            ))
            .returning(WebhookRow::as_returning())
            .get_result(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for Ping {
    async fn perform(&self, conn: &mut Conn) -> Result<DeliveryRecord> {
        GetWebhook { project_id: self.project_id, id: self.id }.perform(conn).await?;
        let record = DeliveryRecord { id: self.delivery_id, ..queued(self.id, None, PING, self.now) };
        diesel::insert_into(webhook_deliveries::table)
            .values(DeliveryRow::from(&record))
            .execute(conn)
            .await?;
        Ok(record)
    }
}

/// Disables the webhook of a receiver that wants no more.
pub async fn disable(conn: &mut Conn, webhook: WebhookId, now: Timestamp) -> Result<()> {
    diesel::update(webhook_sinks::table.find(Key::from(webhook)))
        .set((
            webhook_sinks::enabled.eq(false),
            webhook_sinks::disabled_reason.eq(GONE),
            webhook_sinks::revision.eq(webhook_sinks::revision + 1),
            webhook_sinks::updated_at.eq(At(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
