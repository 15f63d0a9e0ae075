//! Slots: how many runs of a group are worked on at once.
//!
//! Both groups of a run lie in its project, so the project's row is the lock of their slots: whoever makes a run has
//! changed that row, and whoever leases an attempt of a limited run has locked it.

use super::{Conn, dialect};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{projects, runs, step_attempts};
use crate::sql::{At, Column, Key};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use domain::concurrency::{Concurrency, FullGroup, Group, OnLimit};
use domain::contract::Pinned;
use domain::run::{AttemptState, Status};
use domain::{RunId, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Runs with a limit that have not ended, as the index `runs_limited` knows them.
const LIMITED: &str = "runs.status IN ('pending', 'running') \
     AND (runs.workflow_limit IS NOT NULL OR runs.project_limit IS NOT NULL)";

/// Whether the groups of an attempt's run have a free slot. A slot is held by an attempt that is leased, or cancelled
/// with processes that may still run. Unlimited runs are never counted for.
macro_rules! has_free_slot {
    ($now:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>(
            "EXISTS (SELECT 1 FROM runs waiting WHERE waiting.id = step_attempts.run_id \
               AND (waiting.workflow_limit IS NULL OR waiting.workflow_limit > (SELECT count(*) \
                 FROM step_attempts held JOIN runs holder ON holder.id = held.run_id \
                 WHERE (held.state = 'leased' OR held.held_until > ",
        )
        .bind::<crate::sql::Instant, _>(crate::sql::At($now))
        .sql(
            ") AND holder.project_id = waiting.project_id AND holder.workflow_name = waiting.workflow_name)) \
               AND (waiting.project_limit IS NULL OR waiting.project_limit > (SELECT count(*) \
                 FROM step_attempts held JOIN runs holder ON holder.id = held.run_id \
                 WHERE (held.state = 'leased' OR held.held_until > ",
        )
        .bind::<crate::sql::Instant, _>(crate::sql::At($now))
        .sql(") AND holder.project_id = waiting.project_id)))")
    };
}
pub(super) use has_free_slot;

/// Locks the projects in which limited runs wait for a worker, always in the same order: until this transaction ends
/// nobody else gives their slots away. Taken before any attempt is locked, so that nobody waits in a circle.
pub async fn lock_limited_projects(conn: &mut Conn, now: Timestamp) -> Result<Vec<Key>> {
    let found: Vec<Key> = runs::table
        .inner_join(step_attempts::table.on(step_attempts::run_id.eq(runs::id)))
        .filter(sql::<Bool>(LIMITED))
        .filter(step_attempts::state.eq(AttemptState::Ready.as_str()))
        .filter(step_attempts::available_at.le(At(now)))
        .order(runs::project_id)
        .select(runs::project_id)
        .distinct()
        .load(conn)
        .await?;
    for project in &found {
        let _: Key =
            projects::table.find(*project).select(projects::id).change_locked().get_result(conn).await?;
    }
    Ok(found)
}

/// The limits of a new run, its workflow's and its project's.
pub struct Limits {
    pub workflow: Option<Concurrency>,
    pub project: Option<Concurrency>,
}

/// Makes room for a new run as the limits say: returns the runs that are cancelled for it, `ConcurrencyLimit` where a
/// limit refuses it. The project's row is locked.
pub async fn admit(conn: &mut Conn, asked: &CreateRun, limits: &Limits) -> Result<Vec<RunId>> {
    let mut superseded = Vec::new();
    for (group, limit) in [(Group::Workflow, limits.workflow), (Group::Project, limits.project)] {
        let Some(limit) = limit else { continue };
        let runs = in_progress(conn, asked, group).await?;
        let room = usize::try_from(limit.max_runs).unwrap_or(usize::MAX);
        if runs.len() < room {
            continue;
        }
        match limit.on_limit {
            OnLimit::Queue => {}
            OnLimit::Refuse => {
                let runs = runs.iter().map(|run| run.id).collect();
                let full = FullGroup { group, limit: limit.max_runs, runs };
                return Err(Error::ConcurrencyLimit(Box::new(full)));
            }
            OnLimit::CancelInProgress => {
                let too_many = runs.len() + 1 - room;
                for run in runs.iter().filter(|run| !run.shipping).take(too_many) {
                    superseded.extend(supersede(conn, asked, run).await?);
                }
            }
        }
    }
    Ok(superseded)
}

/// The runs of the group that are pending or running, oldest first.
async fn in_progress(conn: &mut Conn, asked: &CreateRun, group: Group) -> Result<Vec<RunRecord>> {
    let mut query = runs::table
        .filter(runs::project_id.eq(Key::from(asked.project_id)))
        .filter(runs::status.eq_any([Status::Pending.as_str(), Status::Running.as_str()]))
        .order(runs::id)
        .select(RunRow::as_select())
        .into_boxed();
    match group {
        Group::Workflow => query = query.filter(runs::workflow_name.eq(asked.workflow_name.as_str())),
        Group::Project => {}
    }
    let rows: Vec<RunRow> = query.load(conn).await?;
    super::records(rows)
}

/// Cancels the run; `None` where it began to ship, reached a gate or ended at this moment.
async fn supersede(conn: &mut Conn, asked: &CreateRun, run: &RunRecord) -> Result<Option<RunId>> {
    let change = ChangeRun {
        run_id: run.id,
        // Cancelling needs nothing of the definition.
        pinned: Arc::new(Pinned::corrupt(run.workflow_name.clone(), run.workflow_digest.clone())),
        change: Change::Supersede { by: asked.id },
        actor: Some(asked.actor.clone()),
        fence: None,
        lease: Duration::ZERO,
        now: asked.now,
        idempotency: None,
    };
    match change.perform(conn).await {
        Ok(_) => Ok(Some(run.id)),
        Err(Error::Run(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Execute<Conn> for FindFullGroup {
    async fn perform(&self, conn: &mut Conn) -> Result<Option<FullGroup>> {
        let run = GetRun { project_id: None, id: self.run_id }.perform(conn).await?;
        let now = dialect::lease_clock(conn).await?;
        let waits: i64 = step_attempts::table
            .filter(step_attempts::run_id.eq(Key::from(run.id)))
            .filter(step_attempts::state.eq(AttemptState::Ready.as_str()))
            .filter(step_attempts::available_at.le(At(now)))
            .count()
            .get_result(conn)
            .await?;
        if waits == 0 {
            return Ok(None);
        }
        for (group, limit) in [(Group::Workflow, run.workflow_limit), (Group::Project, run.project_limit)] {
            let Some(limit) = limit else { continue };
            let runs = holders(conn, &run, group, now).await?;
            if runs.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                return Ok(Some(FullGroup { group, limit, runs }));
            }
        }
        Ok(None)
    }
}

/// The runs that hold a slot of the group, oldest first.
async fn holders(conn: &mut Conn, run: &RunRecord, group: Group, now: Timestamp) -> Result<Vec<RunId>> {
    let held = step_attempts::state.eq(AttemptState::Leased.as_str()).or(step_attempts::held_until
        .is_not_null()
        .and(step_attempts::held_until.assume_not_null().gt(At(now))));
    let mut query = runs::table
        .inner_join(step_attempts::table.on(step_attempts::run_id.eq(runs::id)))
        .filter(runs::project_id.eq(Key::from(run.project_id)))
        .filter(held)
        .order(runs::id)
        .select(runs::id)
        .into_boxed();
    match group {
        Group::Workflow => query = query.filter(runs::workflow_name.eq(run.workflow_name.as_str())),
        Group::Project => {}
    }
    let rows: Vec<Key> = query.load(conn).await?;
    rows.into_iter().map(Key::into_domain).collect()
}

impl Execute<Conn> for ReleaseSlots {
    async fn perform(&self, conn: &mut Conn) -> Result<u64> {
        let freed = diesel::update(step_attempts::table)
            .filter(step_attempts::run_id.eq(Key::from(self.run_id)))
            .filter(step_attempts::held_until.is_not_null())
            .set(step_attempts::held_until.eq(None::<At>))
            .execute(conn)
            .await?;
        Ok(freed as u64)
    }
}

/// Whether the project of a limited run is among those that were locked.
pub fn may_lease(run: &RunRecord, locked: &[Key]) -> bool {
    let limited = run.workflow_limit.is_some() || run.project_limit.is_some();
    !limited || locked.contains(&Key::from(run.project_id))
}
