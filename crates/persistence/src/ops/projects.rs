//! Projects.

use super::{Conn, idempotency, keys, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::records::*;
use crate::schema::projects;
use crate::sql::{At, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::access::Visibility;

impl Execute<Conn> for CreateProject {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<ProjectRecord>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        diesel::insert_into(projects::table)
            .values(ProjectRow::from(&self.record))
            .execute(conn)
            .await
            .map_err(name_taken)?;
        idempotency::store(conn, self.idempotency.as_ref(), self.record.clone(), self.record.created_at).await
    }
}

fn name_taken(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        Error::Taken { .. } => Error::Taken { what: "the project's name" },
        other => other,
    }
}

impl Execute<Conn> for GetProject {
    async fn perform(&self, conn: &mut Conn) -> Result<ProjectRecord> {
        let row: ProjectRow =
            projects::table.find(Key::from(self.id)).select(ProjectRow::as_select()).first(conn).await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListProjects {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<ProjectRecord>> {
        let mut query = projects::table.select(ProjectRow::as_select()).order(projects::id).into_boxed();
        query = match self.listed {
            ListedProjects::NotArchived => query.filter(projects::archived_at.is_null()),
            ListedProjects::All => query,
            ListedProjects::Archived => query.filter(projects::archived_at.is_not_null()),
        };
        if let Some(name) = &self.name {
            query = query.filter(projects::name.eq(name));
        }
        if let Some(after) = self.after {
            query = query.filter(projects::id.gt(Key::from(after)));
        }
        if let Visibility::Projects(projects) = &self.visibility {
            query = query.filter(projects::id.eq_any(keys(projects)));
        }
        let rows: Vec<ProjectRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for UpdateProject {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<ProjectRecord>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        let updated: Option<ProjectRow> = diesel::update(projects::table.find(Key::from(self.id)))
            .filter(projects::revision.eq(self.expected_revision))
            .set((
                projects::name.eq(&self.settings.name),
                projects::settings.eq(Doc(self.settings.clone())),
                projects::revision.eq(projects::revision + 1),
                projects::updated_at.eq(At(self.now)),
            ))
            .returning(ProjectRow::as_returning())
            .get_result(conn)
            .await
            .optional()
            .map_err(name_taken)?;
        let Some(updated) = updated else {
            GetProject { id: self.id }.perform(conn).await?;
            return Err(Error::StaleRevision);
        };
        idempotency::store(conn, self.idempotency.as_ref(), updated.try_into()?, self.now).await
    }
}

impl Execute<Conn> for ArchiveProject {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<ProjectRecord>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        diesel::update(projects::table.find(Key::from(self.id)))
            .filter(projects::archived_at.is_null())
            .set((
                projects::archived_at.eq(At(self.now)),
                projects::revision.eq(projects::revision + 1),
                projects::updated_at.eq(At(self.now)),
            ))
            .execute(conn)
            .await?;
        let record = GetProject { id: self.id }.perform(conn).await?;
        idempotency::store(conn, self.idempotency.as_ref(), record, self.now).await
    }
}

impl Execute<Conn> for UnarchiveProject {
    async fn perform(&self, conn: &mut Conn) -> Result<Reply<ProjectRecord>> {
        if let Some(reply) = idempotency::stored(conn, self.idempotency.as_ref()).await? {
            return Ok(reply);
        }
        diesel::update(projects::table.find(Key::from(self.id)))
            .filter(projects::archived_at.is_not_null())
            .set((
                projects::archived_at.eq(None::<At>),
                projects::revision.eq(projects::revision + 1),
                projects::updated_at.eq(At(self.now)),
            ))
            .execute(conn)
            .await?;
        let record = GetProject { id: self.id }.perform(conn).await?;
        idempotency::store(conn, self.idempotency.as_ref(), record, self.now).await
    }
}
