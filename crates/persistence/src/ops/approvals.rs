//! Reading gates.

use super::{Conn, keys, state};
use crate::commands::*;
use crate::error::Result;
use crate::records::*;
use crate::schema::approvals;
use crate::sql::Key;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::access::Visibility;

impl Execute<Conn> for GetApproval {
    async fn perform(&self, conn: &mut Conn) -> Result<(ApprovalRecord, Vec<VoteRecord>)> {
        if let Some(id) = self.id {
            return state::approval(conn, self.run_id, id).await;
        }
        let newest: ApprovalRow = approvals::table
            .filter(approvals::run_id.eq(Key::from(self.run_id)))
            .order(approvals::id.desc())
            .select(ApprovalRow::as_select())
            .first(conn)
            .await?;
        with_votes(conn, newest.try_into()?).await
    }
}

impl Execute<Conn> for ListApprovals {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<(ApprovalRecord, Vec<VoteRecord>)>> {
        let mut query = approvals::table.select(ApprovalRow::as_select()).into_boxed();
        if let Some(project) = self.project_id {
            query = query.filter(approvals::project_id.eq(Key::from(project)));
        }
        if let Visibility::Projects(projects) = &self.visibility {
            query = query.filter(approvals::project_id.eq_any(keys(projects)));
        }
        if let Some(run) = self.run_id {
            query = query.filter(approvals::run_id.eq(Key::from(run)));
        }
        if !self.statuses.is_empty() {
            let statuses: Vec<&str> = self.statuses.iter().map(|status| status.as_str()).collect();
            query = query.filter(approvals::status.eq_any(statuses));
        }
        query = match (self.order, self.after.map(Key::from)) {
            (Order::OldestFirst, None) => query.order(approvals::id),
            (Order::OldestFirst, Some(after)) => query.order(approvals::id).filter(approvals::id.gt(after)),
            (Order::NewestFirst, None) => query.order(approvals::id.desc()),
            (Order::NewestFirst, Some(after)) => {
                query.order(approvals::id.desc()).filter(approvals::id.lt(after))
            }
        };
        let rows: Vec<ApprovalRow> = query.limit(self.limit).load(conn).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(with_votes(conn, row.try_into()?).await?);
        }
        Ok(found)
    }
}

async fn with_votes(conn: &mut Conn, approval: ApprovalRecord) -> Result<(ApprovalRecord, Vec<VoteRecord>)> {
    let votes = state::votes(conn, approval.id).await?;
    Ok((approval, votes))
}
