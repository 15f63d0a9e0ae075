//! Reading runs and what hangs on them.

use super::{Conn, dialect, keys, records, state, write};
use crate::commands::*;
use crate::error::Result;
use crate::records::*;
use crate::schema::{artifacts, run_diagnostics, run_events, run_transitions, runs};
use crate::sql::{At, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::access::Visibility;

impl Execute<Conn> for GetRun {
    async fn perform(&self, conn: &mut Conn) -> Result<RunRecord> {
        let mut query = runs::table.find(Key::from(self.id)).select(RunRow::as_select()).into_boxed();
        if let Some(project) = self.project_id {
            query = query.filter(runs::project_id.eq(Key::from(project)));
        }
        let row: RunRow = query.first(conn).await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListRuns {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<RunRecord>> {
        let filter = &self.filter;
        let mut query = runs::table.select(RunRow::as_select()).order(runs::id.desc()).into_boxed();
        if let Some(project) = filter.project_id {
            query = query.filter(runs::project_id.eq(Key::from(project)));
        }
        if let Some(id) = filter.id {
            query = query.filter(runs::id.eq(Key::from(id)));
        }
        if let Some(number) = filter.number {
            query = query.filter(runs::number.eq(number));
        }
        if let Visibility::Projects(projects) = &filter.visibility {
            query = query.filter(runs::project_id.eq_any(keys(projects)));
        }
        match filter.statuses.as_slice() {
            [] => {}
            // One status walks its index in order; more of them cannot.
            [one] => query = query.filter(runs::status.eq(one.as_str())),
            many => {
                query = query.filter(runs::status.eq_any(many.iter().map(|s| s.as_str()).collect::<Vec<_>>()))
            }
        }
        if let Some(workflow) = &filter.workflow {
            query = query.filter(runs::workflow_name.eq(workflow.as_str().to_owned()));
        }
        if let Some(title) = &filter.title {
            query = query.filter(lower(runs::title).like(lower(containing(title))).escape('\\'));
        }
        for (name, value) in &filter.labels {
            query = query.filter(dialect::has_label!(name, value));
        }
        if let Some(user) = filter.started_by {
            query = query.filter(dialect::started_by!(user));
        }
        if let Some(after) = filter.created_after {
            query = query.filter(runs::created_at.ge(At(after)));
        }
        if let Some(before) = filter.created_before {
            query = query.filter(runs::created_at.lt(At(before)));
        }
        if let Some(before) = self.before {
            query = query.filter(runs::id.lt(Key::from(before)));
        }
        let rows: Vec<RunRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

diesel::define_sql_function! {
    fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

/// A LIKE pattern for any text that contains `text`. The database folds its case as it folds the title's.
fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

impl Execute<Conn> for ListLineage {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<RunRecord>> {
        let rows: Vec<RunRow> = runs::table
            .filter(runs::root_run_id.eq(Key::from(self.root_run_id)))
            .order(runs::id)
            .select(RunRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for ListFailures {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<RunRecord>> {
        let mut query = runs::table
            .filter(runs::status.eq("failed"))
            .select(RunRow::as_select())
            .order(runs::id.desc())
            .into_boxed();
        if let Some(project) = self.project_id {
            query = query.filter(runs::project_id.eq(Key::from(project)));
        }
        if let Visibility::Projects(projects) = &self.visibility {
            query = query.filter(runs::project_id.eq_any(keys(projects)));
        }
        if let Some(kind) = self.error_type {
            query = query.filter(runs::failure_type.eq(kind.as_str()));
        }
        if let Some(reason) = self.reason {
            query = query.filter(runs::failure_reason.eq(reason.as_str()));
        }
        if let Some(workflow) = &self.workflow {
            query = query.filter(runs::workflow_name.eq(workflow.as_str().to_owned()));
        }
        if let Some(step) = &self.step {
            query = query.filter(runs::failure_step.eq(step.as_str().to_owned()));
        }
        if let Some(instant) = self.failed_after {
            query = query.filter(runs::completed_at.ge(At(instant)));
        }
        if let Some(instant) = self.failed_before {
            query = query.filter(runs::completed_at.lt(At(instant)));
        }
        if let Some(before) = self.before {
            query = query.filter(runs::id.lt(Key::from(before)));
        }
        let rows: Vec<RunRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for ListTransitions {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<TransitionRecord>> {
        let rows: Vec<TransitionRow> = run_transitions::table
            .filter(run_transitions::run_id.eq(Key::from(self.run_id)))
            .filter(run_transitions::seq.gt(self.after))
            .order(run_transitions::seq)
            .limit(self.limit)
            .select(TransitionRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for ListEvents {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<EventRecord>> {
        let rows: Vec<EventRow> = run_events::table
            .filter(run_events::run_id.eq(Key::from(self.run_id)))
            .filter(run_events::seq.gt(self.after))
            .order(run_events::seq)
            .limit(self.limit)
            .select(EventRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for FeedEvents {
    async fn perform(&self, conn: &mut Conn) -> Result<Feed> {
        let mut query = run_events::table
            .inner_join(runs::table.on(runs::id.eq(run_events::run_id)))
            .filter(dialect::feed_after!(self.after))
            .filter(dialect::settled())
            .order((run_events::xact, run_events::position))
            .limit(self.limit)
            .select((
                run_events::xact,
                run_events::position,
                EventRow::as_select(),
                runs::project_id,
                runs::workflow_name,
                runs::workflow_version,
                runs::correlation_id,
            ))
            .into_boxed();
        if let Visibility::Projects(projects) = &self.visibility {
            query = query.filter(runs::project_id.eq_any(keys(projects)));
        }
        let rows: Vec<FeedRow> = query.load(conn).await?;
        let events = records::<_, FeedEvent>(rows)?;
        let full = i64::try_from(events.len()).is_ok_and(|count| count >= self.limit);
        let next = match events.last() {
            Some(last) if full => FeedPosition { xact: last.xact, position: last.position },
            // This snapshot has nothing more to show: what it holds of other projects is not walked through again.
            Some(_) | None => FeedStart.perform(conn).await?.max(self.after),
        };
        Ok(Feed { events, next })
    }
}

impl Execute<Conn> for FeedStart {
    async fn perform(&self, conn: &mut Conn) -> Result<FeedPosition> {
        let newest: Option<(i64, i64)> = run_events::table
            .filter(dialect::settled())
            .order((run_events::xact.desc(), run_events::position.desc()))
            .select((run_events::xact, run_events::position))
            .first(conn)
            .await
            .optional()?;
        Ok(newest.map_or_else(FeedPosition::default, |(xact, position)| FeedPosition { xact, position }))
    }
}

impl Execute<Conn> for ListAttempts {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<AttemptRecord>> {
        state::attempts(conn, self.run_id).await
    }
}

impl Execute<Conn> for RunScope {
    async fn perform(&self, conn: &mut Conn) -> Result<ScopeOfRun> {
        let run = GetRun { project_id: None, id: self.run_id }.perform(conn).await?;
        let attempts = state::attempts(conn, self.run_id).await?;
        let rejection = state::last_rejection(conn, &run).await?;
        Ok(ScopeOfRun { scope: scope_of_run(&run, &attempts, rejection.clone()), rejection })
    }
}

impl Execute<Conn> for ListArtifacts {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<ArtifactRecord>> {
        let rows: Vec<ArtifactRow> = artifacts::table
            .filter(artifacts::run_id.eq(Key::from(self.run_id)))
            .order(artifacts::id)
            .select(ArtifactRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for GetArtifact {
    async fn perform(&self, conn: &mut Conn) -> Result<ArtifactRecord> {
        let row: ArtifactRow = artifacts::table
            .find(Key::from(self.id))
            .filter(artifacts::run_id.eq(Key::from(self.run_id)))
            .select(ArtifactRow::as_select())
            .first(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for AddArtifacts {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        write::insert_artifacts(conn, &self.0).await
    }
}

impl Execute<Conn> for ListDiagnostics {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<DiagnosticRecord>> {
        let rows: Vec<DiagnosticRow> = run_diagnostics::table
            .filter(run_diagnostics::run_id.eq(Key::from(self.run_id)))
            .order(run_diagnostics::id)
            .select(DiagnosticRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}
