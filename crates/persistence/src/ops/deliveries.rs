//! The queue of deliveries to webhooks.

use super::webhooks::disable;
use super::{Conn, dialect, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{run_events, runs, webhook_deliveries, webhook_sinks};
use crate::sql::{At, Column, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::publication::{Channel, DeliveryState, Fault, Resolution};
use domain::{Timestamp, WebhookId};

const PENDING: &str = DeliveryState::Pending.as_str();

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
