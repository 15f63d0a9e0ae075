//! Webhooks, and the queue of deliveries to them.

use super::{Conn, dialect, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{projects, run_events, runs, webhook_deliveries, webhook_sinks};
use crate::sql::{At, Column, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::EventKind;
use domain::publication::{Channel, DeliveryState, Fault, Resolution};
use domain::{DeliveryId, RunId, Timestamp, WebhookId};

const PENDING: &str = DeliveryState::Pending.as_str();
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

impl Execute<Conn> for ListDeliveries {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<DeliveryRecord>> {
        let mut query = webhook_deliveries::table
            .filter(webhook_deliveries::sink_id.eq(Key::from(self.webhook_id)))
            .select(DeliveryRow::as_select())
            .order(webhook_deliveries::id.desc())
            .into_boxed();
        if !self.states.is_empty() {
            let states: Vec<_> = self.states.iter().map(|state| state.as_str()).collect();
            query = query.filter(webhook_deliveries::state.eq_any(states));
        }
        if let Some(before) = self.before {
            query = query.filter(webhook_deliveries::id.lt(Key::from(before)));
        }
        let rows: Vec<DeliveryRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for Redeliver {
    async fn perform(&self, conn: &mut Conn) -> Result<DeliveryRecord> {
        GetWebhook { project_id: self.project_id, id: self.webhook_id }.perform(conn).await?;
        let row: DeliveryRow = diesel::update(webhook_deliveries::table.find(Key::from(self.id)))
            .filter(webhook_deliveries::sink_id.eq(Key::from(self.webhook_id)))
            .set((
                webhook_deliveries::state.eq(PENDING),
                webhook_deliveries::tries.eq(0),
                webhook_deliveries::next_attempt_at.eq(At(self.now)),
                // An attempt under way has no more say.
                webhook_deliveries::owner.eq(None::<String>),
            ))
            .returning(DeliveryRow::as_returning())
            .get_result(conn)
            .await?;
        row.try_into()
    }
}

/// When the earliest delivery is due, of enabled webhooks other than these.
pub async fn next_delivery(conn: &mut Conn, except: &[WebhookId]) -> Result<Option<Timestamp>> {
    let except: Vec<Key> = except.iter().copied().map(Key::from).collect();
    let at: Option<At> = webhook_deliveries::table
        .inner_join(webhook_sinks::table)
        .filter(webhook_deliveries::state.eq(PENDING))
        .filter(webhook_sinks::enabled.eq(true))
        .filter(webhook_sinks::id.ne_all(except))
        .order(webhook_deliveries::next_attempt_at)
        .select(webhook_deliveries::next_attempt_at)
        .first(conn)
        .await
        .optional()?;
    Ok(at.map(|At(at)| at))
}

impl Execute<Conn> for ClaimDeliveries {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<ClaimedDelivery>> {
        let now = dialect::lease_clock(conn).await?;
        let waiting: Vec<(Key, Option<At>)> = webhook_deliveries::table
            .inner_join(webhook_sinks::table)
            .filter(webhook_deliveries::state.eq(PENDING))
            .filter(webhook_deliveries::next_attempt_at.le(At(now)))
            .filter(webhook_sinks::enabled.eq(true))
            .group_by(webhook_sinks::id)
            .select((webhook_sinks::id, diesel::dsl::min(webhook_deliveries::next_attempt_at)))
            .order(diesel::dsl::min(webhook_deliveries::next_attempt_at))
            .load(conn)
            .await?;
        let mut claimed = Vec::new();
        for (sink, _) in waiting {
            let webhook: WebhookId = sink.into_domain()?;
            let under_way = self.under_way.iter().find(|(known, _)| *known == webhook).map_or(0, |(_, n)| *n);
            let free = (self.limit - i64::try_from(claimed.len()).unwrap_or(i64::MAX))
                .min(self.per_webhook - under_way);
            if free > 0 {
                claim_for(self, conn, sink, free, now, &mut claimed).await?;
            }
        }
        Ok(claimed)
    }
}

async fn claim_for(
    asked: &ClaimDeliveries,
    conn: &mut Conn,
    sink: Key,
    limit: i64,
    now: Timestamp,
    claimed: &mut Vec<ClaimedDelivery>,
) -> Result<()> {
    let webhook: WebhookRow =
        webhook_sinks::table.find(sink).select(WebhookRow::as_select()).first(conn).await?;
    let webhook = WebhookRecord::try_from(webhook)?;
    let due: Vec<Key> = webhook_deliveries::table
        .filter(webhook_deliveries::sink_id.eq(sink))
        .filter(webhook_deliveries::state.eq(PENDING))
        .filter(webhook_deliveries::next_attempt_at.le(At(now)))
        .order((webhook_deliveries::next_attempt_at, webhook_deliveries::id))
        .limit(limit)
        .select(webhook_deliveries::id)
        .skip_locked_rows()
        .load(conn)
        .await?;
    for id in due {
        let row: DeliveryRow = diesel::update(webhook_deliveries::table.find(id))
            .set((
                webhook_deliveries::owner.eq(&asked.owner),
                webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
                webhook_deliveries::tries.eq(webhook_deliveries::tries + 1),
                webhook_deliveries::next_attempt_at.eq(At(now.plus(asked.lease))),
                webhook_deliveries::last_attempt_at.eq(At(now)),
            ))
            .returning(DeliveryRow::as_returning())
            .get_result(conn)
            .await?;
        let delivery = DeliveryRecord::try_from(row)?;
        let message = message(conn, &delivery).await?;
        claimed.push(ClaimedDelivery { delivery, webhook: webhook.clone(), message });
    }
    Ok(())
}
async fn message(conn: &mut Conn, delivery: &DeliveryRecord) -> Result<Message> {
    let (Some(run), Some(seq)) = (delivery.run_id, delivery.seq) else {
        return Ok(Message::Ping);
    };
    let event: EventRow = run_events::table
        .filter(run_events::run_id.eq(Key::from(run)))
        .filter(run_events::seq.eq(seq))
        .select(EventRow::as_select())
        .first(conn)
        .await?;
    let run: RunRow = runs::table.find(Key::from(run)).select(RunRow::as_select()).first(conn).await?;
    Ok(Message::Event { event: Box::new(event.try_into()?), run: Box::new(run.try_into()?) })
}

impl Execute<Conn> for ReleaseDeliveries {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        diesel::update(webhook_deliveries::table)
            .filter(webhook_deliveries::state.eq(PENDING))
            .filter(webhook_deliveries::owner.ne(&self.owner))
            .set((
                webhook_deliveries::owner.eq(None::<String>),
                webhook_deliveries::next_attempt_at.eq(At(self.now)),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }
}

impl Execute<Conn> for FinishDelivery {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let (state, next, fault) = match &self.end {
            DeliveryEnd::Delivered => (DeliveryState::Delivered, self.now, None),
            DeliveryEnd::Retry { fault, at } => (DeliveryState::Pending, *at, Some(fault)),
            DeliveryEnd::Exhausted { fault } | DeliveryEnd::Gone { fault } => {
                (DeliveryState::Exhausted, self.now, Some(fault))
            }
        };
        let claimed = &self.delivery;
        let finished = diesel::update(webhook_deliveries::table.find(Key::from(claimed.id)))
            .filter(webhook_deliveries::owner.eq(claimed.owner.clone()))
            .filter(webhook_deliveries::attempts.eq(i64::from(claimed.attempts)))
            .set((
                webhook_deliveries::state.eq(state.as_str()),
                webhook_deliveries::owner.eq(None::<String>),
                webhook_deliveries::next_attempt_at.eq(At(next)),
                webhook_deliveries::last_status.eq(self.attempted.status.map(i64::from)),
                webhook_deliveries::last_error.eq(fault.map(|fault| fault.detail.clone())),
                webhook_deliveries::last_response.eq(&self.attempted.response),
                webhook_deliveries::last_duration_ms.eq(self.attempted.duration_ms),
                webhook_deliveries::delivered_at.eq(delivered_at(self)),
            ))
            .execute(conn)
            .await?;
        if finished != 1 {
            return Err(Error::Fenced);
        }
        if matches!(self.end, DeliveryEnd::Gone { .. }) {
            disable(conn, claimed.sink_id, self.now).await?;
        }
        record(self, conn, fault).await
    }
}

fn delivered_at(asked: &FinishDelivery) -> Option<At> {
    match asked.end {
        DeliveryEnd::Delivered => Some(At(asked.now)),
        DeliveryEnd::Retry { .. } | DeliveryEnd::Exhausted { .. } | DeliveryEnd::Gone { .. } => {
            asked.delivery.delivered_at.map(At)
        }
    }
}

/// Writes the run's diagnostic; a ping is of no run.
async fn record(asked: &FinishDelivery, conn: &mut Conn, fault: Option<&Fault>) -> Result<()> {
    let (Some(run_id), Some(seq)) = (asked.delivery.run_id, asked.delivery.seq) else {
        return Ok(());
    };
    let publication =
        Publication { run_id, seq, channel: Channel::Webhook, sink_id: Some(asked.delivery.sink_id) };
    if let Some(fault) = fault {
        let failure = RecordPublicationFailure {
            id: asked.diagnostic_id,
            publication: publication.clone(),
            fault: fault.clone(),
            now: asked.now,
        };
        failure.perform(conn).await?;
    }
    let resolution = match asked.end {
        DeliveryEnd::Delivered => Resolution::Delivered,
        DeliveryEnd::Retry { .. } => return Ok(()),
        DeliveryEnd::Exhausted { .. } | DeliveryEnd::Gone { .. } => Resolution::Exhausted,
    };
    ResolvePublication { publication, resolution, now: asked.now }.perform(conn).await
}

async fn disable(conn: &mut Conn, webhook: WebhookId, now: Timestamp) -> Result<()> {
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
