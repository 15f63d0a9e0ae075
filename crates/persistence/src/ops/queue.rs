//! Due work: leases and timers.

use super::concurrency::{has_free_slot, lock_limited_projects, may_lease};
use super::{Conn, deliveries, dialect};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{approvals, runs, step_attempts};
use crate::sql::{At, Column, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::run::AttemptState;
use domain::{ApprovalId, RunId};

const READY: &str = AttemptState::Ready.as_str();
const LEASED: &str = AttemptState::Leased.as_str();
const OPEN_GATES: [&str; 2] = ["pending", "blocked"];

impl Execute<Conn> for ClaimAttempts {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<Claimed>> {
        let now = dialect::lease_clock(conn).await?;
        let locked = lock_limited_projects(conn, now).await?;
        let due: Vec<Key> = step_attempts::table
            .filter(step_attempts::state.eq(READY))
            .filter(step_attempts::available_at.le(At(now)))
            .filter(has_free_slot!(now))
            .order(step_attempts::run_id)
            .limit(self.limit)
            .select(step_attempts::id)
            .skip_locked_rows()
            .load(conn)
            .await?;
        let mut claimed = Vec::with_capacity(due.len());
        for id in due {
            let run: RunRow = runs::table
                .inner_join(step_attempts::table.on(step_attempts::run_id.eq(runs::id)))
                .filter(step_attempts::id.eq(id))
                .select(RunRow::as_select())
                .first(conn)
                .await?;
            let run: RunRecord = run.try_into()?;
            if !may_lease(&run, &locked) {
                // Made since the locks were taken; whoever made it rings.
                continue;
            }
            let leased: Option<AttemptRow> = diesel::update(step_attempts::table.find(id))
                // An attempt leased a moment ago may have had the last slot.
                .filter(has_free_slot!(now))
                .set((
                    step_attempts::state.eq(LEASED),
                    step_attempts::owner.eq(&self.owner),
                    step_attempts::epoch.eq(step_attempts::epoch + 1),
                    step_attempts::lease_expires_at.eq(At(now.plus(self.lease))),
                ))
                .returning(AttemptRow::as_returning())
                .get_result(conn)
                .await
                .optional()?;
            if let Some(row) = leased {
                claimed.push(Claimed { attempt: row.try_into()?, run });
            }
        }
        Ok(claimed)
    }
}

async fn with_run(conn: &mut Conn, attempt: AttemptRow) -> Result<Claimed> {
    let run: RunRow = runs::table.find(attempt.run_id).select(RunRow::as_select()).first(conn).await?;
    Ok(Claimed { attempt: attempt.try_into()?, run: run.try_into()? })
}

impl Execute<Conn> for RenewLease {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let now = dialect::lease_clock(conn).await?;
        let renewed = diesel::update(step_attempts::table.find(Key::from(self.fence.attempt_id)))
            .filter(step_attempts::state.eq(LEASED))
            .filter(step_attempts::epoch.eq(self.fence.epoch))
            .filter(step_attempts::owner.eq(&self.fence.owner))
            // A lease that has run out stays so: its attempt may be on its way to another worker.
            .filter(step_attempts::lease_expires_at.gt(At(now)))
            .set(step_attempts::lease_expires_at.eq(At(now.plus(self.lease))))
            .execute(conn)
            .await?;
        if renewed == 1 { Ok(()) } else { Err(Error::Fenced) }
    }
}

impl Execute<Conn> for RecordProcess {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let recorded = diesel::update(step_attempts::table.find(Key::from(self.fence.attempt_id)))
            .filter(step_attempts::state.eq(LEASED))
            .filter(step_attempts::epoch.eq(self.fence.epoch))
            .filter(step_attempts::owner.eq(&self.fence.owner))
            .set(step_attempts::process.eq(Doc(self.process.clone())))
            .execute(conn)
            .await?;
        if recorded == 1 { Ok(()) } else { Err(Error::Fenced) }
    }
}

impl Execute<Conn> for OrphanedAttempts {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<Claimed>> {
        let mut query = step_attempts::table
            .filter(step_attempts::state.eq(LEASED))
            .order(step_attempts::id)
            .select(AttemptRow::as_select())
            .into_boxed();
        query = match self {
            Self::Expired => {
                let now = dialect::lease_clock(conn).await?;
                query.filter(step_attempts::lease_expires_at.lt(At(now)))
            }
            Self::NotOwnedBy(owner) => query.filter(step_attempts::owner.ne(owner)),
        };
        let rows: Vec<AttemptRow> = query.load(conn).await?;
        let mut orphans = Vec::with_capacity(rows.len());
        for row in rows {
            orphans.push(with_run(conn, row).await?);
        }
        Ok(orphans)
    }
}

impl Execute<Conn> for DueGates {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<(RunId, ApprovalId)>> {
        let rows: Vec<(Key, Key)> = approvals::table
            .filter(approvals::status.eq_any(OPEN_GATES))
            .filter(approvals::expires_at.le(At(self.now)))
            .select((approvals::run_id, approvals::id))
            .load(conn)
            .await?;
        rows.into_iter().map(|(run, id)| Ok((run.into_domain()?, id.into_domain()?))).collect()
    }
}

impl Execute<Conn> for NextDue {
    async fn perform(&self, conn: &mut Conn) -> Result<Timers> {
        let now = dialect::lease_clock(conn).await?;
        let ready: Option<At> = match self.workers {
            Workers::Busy => None,
            Workers::Free => step_attempts::table
                .filter(step_attempts::state.eq(READY))
                // What waits for a slot is rung for when one becomes free.
                .filter(has_free_slot!(now))
                .order(step_attempts::available_at)
                .select(step_attempts::available_at)
                .first(conn)
                .await
                .optional()?,
        };
        let lease: Option<Option<At>> = step_attempts::table
            .filter(step_attempts::state.eq(LEASED))
            .order(step_attempts::lease_expires_at)
            .select(step_attempts::lease_expires_at)
            .first(conn)
            .await
            .optional()?;
        let gate: Option<Option<At>> = approvals::table
            .filter(approvals::status.eq_any(OPEN_GATES))
            .filter(approvals::expires_at.is_not_null())
            .order(approvals::expires_at)
            .select(approvals::expires_at)
            .first(conn)
            .await
            .optional()?;
        let slot: Option<Option<At>> = step_attempts::table
            .filter(step_attempts::held_until.gt(At(now)))
            .order(step_attempts::held_until)
            .select(step_attempts::held_until)
            .first(conn)
            .await
            .optional()?;
        let due = [ready, lease.flatten(), slot.flatten(), gate.flatten()];
        let work = due.into_iter().flatten().map(|At(at)| at).min();
        Ok(Timers { work, delivery: deliveries::next_delivery(conn, &self.busy_webhooks).await? })
    }
}
