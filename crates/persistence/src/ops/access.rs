//! Users, their roles, and invitations.

use super::{Conn, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{api_tokens, invitations, memberships, owner_links, sessions, users};
use crate::sql::{At, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{ProjectId, Role, UserId};
use std::collections::BTreeMap;

/// The user with their roles on single projects.
pub async fn account(conn: &mut Conn, user: UserRow) -> Result<Account> {
    let rows: Vec<MembershipRow> = memberships::table
        .filter(memberships::user_id.eq(user.id))
        .select(MembershipRow::as_select())
        .load(conn)
        .await?;
    let memberships = records::<_, MembershipRecord>(rows)?;
    let memberships: BTreeMap<_, _> = memberships.into_iter().map(|m| (m.project_id, m.role)).collect();
    Ok(Account { user: user.try_into()?, memberships })
}

/// Refuses what would give a disabled user something. The row stays locked, so that nobody disables them meanwhile.
pub async fn require_enabled(conn: &mut Conn, id: UserId) -> Result<()> {
    let _: UserRow = users::table
        .find(Key::from(id))
        .filter(users::disabled_at.is_null())
        .select(UserRow::as_select())
        .locked()
        .get_result(conn)
        .await?;
    Ok(())
}

/// The user and the role that counts on the project, as they are in this transaction; no role for a disabled user.
pub async fn standing(conn: &mut Conn, id: UserId, project: ProjectId) -> Result<(UserRecord, Option<Role>)> {
    let row: UserRow = users::table.find(Key::from(id)).select(UserRow::as_select()).first(conn).await?;
    let user = UserRecord::try_from(row)?;
    let own: Option<MembershipRow> = memberships::table
        .find((Key::from(id), Key::from(project)))
        .select(MembershipRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let own = own.map(MembershipRecord::try_from).transpose()?.map(|membership| membership.role);
    let role = if user.disabled_at.is_some() { None } else { user.installation_role().max(own) };
    Ok((user, role))
}

impl Execute<Conn> for GetUser {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let row: UserRow =
            users::table.find(Key::from(self.id)).select(UserRow::as_select()).first(conn).await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListUsers {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<UserRecord>> {
        let mut query = users::table.select(UserRow::as_select()).order(users::id).into_boxed();
        if let Some(after) = self.after {
            query = query.filter(users::id.gt(Key::from(after)));
        }
        let rows: Vec<UserRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for DisableUser {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let (id, now) = (Key::from(self.id), At(self.now));
        diesel::update(users::table.find(id))
            .filter(users::is_owner.eq(false))
            .filter(users::disabled_at.is_null())
            .set(users::disabled_at.eq(now))
            .execute(conn)
            .await?;
        let user: UserRow = users::table
            .find(id)
            .filter(users::is_owner.eq(false))
            .select(UserRow::as_select())
            .first(conn)
            .await?;
        diesel::update(sessions::table)
            .filter(sessions::user_id.eq(id))
            .filter(sessions::revoked_at.is_null())
            .set(sessions::revoked_at.eq(now))
            .execute(conn)
            .await?;
        diesel::update(api_tokens::table)
            .filter(api_tokens::user_id.eq(id))
            .filter(api_tokens::revoked_at.is_null())
            .set(api_tokens::revoked_at.eq(now))
            .execute(conn)
            .await?;
        diesel::update(owner_links::table)
            .filter(owner_links::user_id.eq(id))
            .filter(owner_links::used_at.is_null())
            .set(owner_links::used_at.eq(now))
            .execute(conn)
            .await?;
        user.try_into()
    }
}

impl Execute<Conn> for EnableUser {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let row: UserRow = diesel::update(users::table.find(Key::from(self.id)))
            .set(users::disabled_at.eq(None::<At>))
            .returning(UserRow::as_returning())
            .get_result(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for ListMembers {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<MemberRecord>> {
        let everywhere: Vec<UserRow> = users::table
            .filter(users::is_owner.eq(true).or(users::role.is_not_null()))
            .select(UserRow::as_select())
            .load(conn)
            .await?;
        let mut members: BTreeMap<String, MemberRecord> = BTreeMap::new();
        for user in records::<_, UserRecord>(everywhere)? {
            let role = if self.project_id.is_none() { user.installation_role() } else { None };
            members.insert(user.name.clone(), MemberRecord { user, role });
        }
        let Some(project) = self.project_id else { return Ok(members.into_values().collect()) };
        let here: Vec<(UserRow, MembershipRow)> = memberships::table
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .filter(memberships::project_id.eq(Key::from(project)))
            .select((UserRow::as_select(), MembershipRow::as_select()))
            .load(conn)
            .await?;
        for (user, membership) in here {
            let (user, membership) = (UserRecord::try_from(user)?, MembershipRecord::try_from(membership)?);
            members.insert(user.name.clone(), MemberRecord { user, role: Some(membership.role) });
        }
        Ok(members.into_values().collect())
    }
}

impl Execute<Conn> for SetMembership {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let row = MembershipRow::from(&self.0);
        let changed = diesel::update(memberships::table.find((row.user_id, row.project_id)))
            .set((memberships::role.eq(&row.role), memberships::updated_at.eq(row.updated_at)))
            .execute(conn)
            .await?;
        if changed == 0 {
            // Two who give a first role at once: the loser is run again, and finds the winner's row.
            diesel::insert_into(memberships::table).values(row).execute(conn).await?;
        }
        Ok(())
    }
}

impl Execute<Conn> for RemoveMembership {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let key = (Key::from(self.user_id), Key::from(self.project_id));
        let removed = diesel::delete(memberships::table.find(key)).execute(conn).await?;
        if removed == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

impl Execute<Conn> for SetInstallationRole {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let row: UserRow = diesel::update(users::table.find(Key::from(self.id)))
            .filter(users::is_owner.eq(false))
            .set(users::role.eq(self.role.map(Role::as_str)))
            .returning(UserRow::as_returning())
            .get_result(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for CreateInvitation {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(invitations::table).values(InvitationRow::from(&self.0)).execute(conn).await?;
        Ok(())
    }
}

impl Execute<Conn> for ListInvitations {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<InvitationRecord>> {
        let mut query =
            invitations::table.select(InvitationRow::as_select()).order(invitations::id.desc()).into_boxed();
        if let Some(before) = self.before {
            query = query.filter(invitations::id.lt(Key::from(before)));
        }
        let rows: Vec<InvitationRow> = query.limit(self.limit).load(conn).await?;
        records(rows)
    }
}

impl Execute<Conn> for RevokeInvitation {
    async fn perform(&self, conn: &mut Conn) -> Result<InvitationRecord> {
        diesel::update(invitations::table.find(Key::from(self.id)))
            .filter(invitations::accepted_at.is_null())
            .filter(invitations::revoked_at.is_null())
            .set(invitations::revoked_at.eq(At(self.now)))
            .execute(conn)
            .await?;
        let row: InvitationRow = invitations::table
            .find(Key::from(self.id))
            .select(InvitationRow::as_select())
            .first(conn)
            .await?;
        row.try_into()
    }
}

impl Execute<Conn> for AcceptInvitation {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let row: InvitationRow = invitations::table
            .filter(invitations::token_hash.eq(&self.token_hash))
            .filter(invitations::accepted_at.is_null())
            .filter(invitations::revoked_at.is_null())
            .filter(invitations::expires_at.gt(At(self.now)))
            .select(InvitationRow::as_select())
            .locked()
            .get_result(conn)
            .await?;
        let invitation = InvitationRecord::try_from(row)?;
        require_inviter(conn, invitation.invited_by).await?;
        let role =
            invitation.grants.iter().filter(|grant| grant.project_id.is_none()).map(|grant| grant.role);
        let user = UserRecord { role: role.max(), ..self.user.clone() };
        diesel::insert_into(users::table).values(UserRow::from(&user)).execute(conn).await.map_err(
            |error| match Error::from(error) {
                Error::Taken { .. } => Error::Taken { what: "this user name" },
                other => other,
            },
        )?;
        let spent = diesel::update(invitations::table.find(Key::from(invitation.id)))
            .filter(invitations::accepted_at.is_null())
            .set((invitations::accepted_at.eq(At(self.now)), invitations::accepted_by.eq(Key::from(user.id))))
            .execute(conn)
            .await?;
        if spent == 0 {
            return Err(Error::NotFound);
        }
        for grant in &invitation.grants {
            let Some(project_id) = grant.project_id else { continue };
            let membership =
                MembershipRecord { user_id: user.id, project_id, role: grant.role, updated_at: self.now };
            diesel::insert_into(memberships::table)
                .values(MembershipRow::from(&membership))
                .execute(conn)
                .await?;
        }
        let mut session = SessionRow::from(&self.session);
        session.user_id = Key::from(user.id);
        diesel::insert_into(sessions::table).values(session).execute(conn).await?;
        Ok(user)
    }
}

/// An invitation is worth what its maker may at the moment it is accepted.
async fn require_inviter(conn: &mut Conn, id: UserId) -> Result<()> {
    let inviter = GetUser { id }.perform(conn).await?;
    let may = inviter.installation_role().is_some_and(|role| role.allows(domain::Permission::ManageUsers));
    if may && inviter.disabled_at.is_none() { Ok(()) } else { Err(Error::NotFound) }
}
