//! Workflows and their versions.

use super::{Conn, idempotency, records};
use crate::commands::*;
use crate::error::Result;
use crate::records::*;
use crate::schema::{workflow_versions, workflows};
use crate::sql::{At, Doc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Actor;

impl Execute<Conn> for PublishVersion {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<Published>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        let name = &self.pinned.definition().name;
        let known: Option<WorkflowRow> = workflows::table
            .find(name.as_str())
            .select(WorkflowRow::as_select())
            .first(conn)
            .await
            .optional()?;
        if let Some(row) = &known
            && let Some(standing) = standing(self, conn, row).await?
        {
            return idempotency::store(conn, self.idempotency.as_ref(), standing, self.now).await;
        }
        let version = known.as_ref().map_or(1, |row| row.newest_version + 1);
        let (published_by, edited) = match &self.publisher {
            Publisher::Person(actor) => (actor.clone(), true),
            Publisher::Builtin => (Actor::system(), false),
        };
        let record = VersionRecord {
            name: name.clone(),
            version,
            digest: self.pinned.digest().clone(),
            document: self.pinned.document().to_owned(),
            published_by,
            published_at: self.now,
        };
        let workflow = WorkflowRecord {
            name: name.clone(),
            newest_version: version,
            title: self.pinned.definition().title.clone(),
            description: self.pinned.definition().description.clone(),
            edited,
            updated_at: self.now,
            triggers: self.pinned.definition().triggers.clone(),
        };
        if known.is_none() {
            diesel::insert_into(workflows::table).values(WorkflowRow::from(&workflow)).execute(conn).await?;
        } else {
            diesel::update(workflows::table.find(name.as_str()))
                .set((
                    workflows::newest_version.eq(version),
                    workflows::title.eq(&workflow.title),
                    workflows::description.eq(&workflow.description),
                    workflows::edited.eq(edited),
                    workflows::updated_at.eq(At(self.now)),
                    workflows::triggers.eq(Doc(workflow.triggers.clone())),
                ))
                .execute(conn)
                .await?;
        }
        diesel::insert_into(workflow_versions::table).values(VersionRow::from(&record)).execute(conn).await?;
        let published = Published::Created(record);
        idempotency::store(conn, self.idempotency.as_ref(), published, self.now).await
    }
}

/// The version that stands, where this content makes no new one.
async fn standing(asked: &PublishVersion, conn: &mut Conn, known: &WorkflowRow) -> Result<Option<Published>> {
    let newest = version(conn, &known.name, known.newest_version).await?;
    if newest.digest == *asked.pinned.digest() {
        return Ok(Some(Published::Unchanged(newest)));
    }
    if asked.publisher != Publisher::Builtin {
        return Ok(None);
    }
    if known.edited {
        return Ok(Some(Published::LeftAlone(newest)));
    }
    let same: Option<VersionRow> = workflow_versions::table
        .filter(workflow_versions::name.eq(&known.name))
        .filter(workflow_versions::digest.eq(asked.pinned.digest().as_str()))
        .select(VersionRow::as_select())
        .first(conn)
        .await
        .optional()?;
    same.map(|row| Ok(Published::Unchanged(row.try_into()?))).transpose()
}

async fn version(conn: &mut Conn, name: &str, version: i64) -> Result<VersionRecord> {
    let row: VersionRow =
        workflow_versions::table.find((name, version)).select(VersionRow::as_select()).first(conn).await?;
    row.try_into()
}

impl Execute<Conn> for GetWorkflow {
    async fn perform(&self, conn: &mut Conn) -> Result<WorkflowRecord> {
        let row: WorkflowRow =
            workflows::table.find(self.name.as_str()).select(WorkflowRow::as_select()).first(conn).await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListWorkflows {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<WorkflowRecord>> {
        let mut query = workflows::table.select(WorkflowRow::as_select()).order(workflows::name).into_boxed();
        if let Some(after) = &self.after {
            query = query.filter(workflows::name.gt(after.as_str().to_owned()));
        }
        let rows: Vec<WorkflowRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for GetVersion {
    async fn perform(&self, conn: &mut Conn) -> Result<VersionRecord> {
        let wanted = match self.version {
            Some(version) => version,
            None => {
                workflows::table
                    .find(self.name.as_str())
                    .select(workflows::newest_version)
                    .first(conn)
                    .await?
            }
        };
        version(conn, self.name.as_str(), wanted).await
    }
}

impl Execute<Conn> for ListVersions {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<VersionRecord>> {
        let mut query = workflow_versions::table
            .filter(workflow_versions::name.eq(self.name.as_str()))
            .select(VersionRow::as_select())
            .order(workflow_versions::version.desc())
            .into_boxed();
        if let Some(before) = self.before {
            query = query.filter(workflow_versions::version.lt(before));
        }
        let rows: Vec<VersionRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}
