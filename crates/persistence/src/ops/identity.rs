//! Users, sessions, tokens, owner links.

use super::{Conn, access, records};
use crate::commands::*;
use crate::error::{Error, Result};
use crate::locking::LockDsl;
use crate::records::*;
use crate::schema::{api_tokens, owner_links, sessions, users};
use crate::sql::{At, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

impl Execute<Conn> for EnsureOwner {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let owner: Option<UserRow> = users::table
            .filter(users::is_owner.eq(true))
            .select(UserRow::as_select())
            .first(conn)
            .await
            .optional()?;
        if let Some(owner) = owner {
            return owner.try_into();
        }
        diesel::insert_into(users::table).values(UserRow::from(&self.0)).execute(conn).await?;
        Ok(self.0.clone())
    }
}

impl Execute<Conn> for FindUser {
    async fn perform(&self, conn: &mut Conn) -> Result<Option<UserRecord>> {
        let row: Option<UserRow> = users::table
            .filter(users::name.eq(&self.name))
            .select(UserRow::as_select())
            .first(conn)
            .await
            .optional()?;
        row.map(UserRecord::try_from).transpose()
    }
}

impl Execute<Conn> for CreateOwnerLink {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        access::require_enabled(conn, self.0.user_id).await?;
        diesel::insert_into(owner_links::table).values(OwnerLinkRow::from(&self.0)).execute(conn).await?;
        Ok(())
    }
}

impl Execute<Conn> for RedeemOwnerLink {
    async fn perform(&self, conn: &mut Conn) -> Result<UserRecord> {
        let spent: Option<Key> = diesel::update(owner_links::table)
            .filter(owner_links::token_hash.eq(&self.token_hash))
            .filter(owner_links::used_at.is_null())
            .filter(owner_links::expires_at.gt(At(self.now)))
            .set(owner_links::used_at.eq(At(self.now)))
            .returning(owner_links::user_id)
            .get_result(conn)
            .await
            .optional()?;
        let user_id = spent.ok_or(Error::NotFound)?;
        // Locked, so that it is not disabled meanwhile: its sessions would not all be ended.
        let user: UserRow = users::table
            .find(user_id)
            .filter(users::disabled_at.is_null())
            .select(UserRow::as_select())
            .locked()
            .get_result(conn)
            .await?;
        let mut session = SessionRow::from(&self.session);
        session.user_id = user_id;
        diesel::insert_into(sessions::table).values(session).execute(conn).await?;
        user.try_into()
    }
}

impl Execute<Conn> for FindSession {
    async fn perform(&self, conn: &mut Conn) -> Result<Option<(SessionRecord, Account)>> {
        let found: Option<(SessionRow, UserRow)> = sessions::table
            .inner_join(users::table.on(users::id.eq(sessions::user_id)))
            .filter(sessions::token_hash.eq(&self.token_hash))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(At(self.now)))
            .filter(users::disabled_at.is_null())
            .select((SessionRow::as_select(), UserRow::as_select()))
            .first(conn)
            .await
            .optional()?;
        let Some((session, user)) = found else { return Ok(None) };
        Ok(Some((session.try_into()?, access::account(conn, user).await?)))
    }
}

impl Execute<Conn> for TouchSession {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        diesel::update(sessions::table.find(Key::from(self.id)))
            .set(sessions::last_seen_at.eq(At(self.now)))
            .execute(conn)
            .await?;
        Ok(())
    }
}

impl Execute<Conn> for ListSessions {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<SessionRecord>> {
        let rows: Vec<SessionRow> = sessions::table
            .filter(sessions::user_id.eq(Key::from(self.user_id)))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(At(self.now)))
            .order(sessions::id)
            .select(SessionRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for RevokeSession {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let revoked = diesel::update(sessions::table.find(Key::from(self.id)))
            .filter(sessions::user_id.eq(Key::from(self.user_id)))
            .set(sessions::revoked_at.eq(At(self.now)))
            .execute(conn)
            .await?;
        if revoked == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

impl Execute<Conn> for RevokeOtherSessions {
    async fn perform(&self, conn: &mut Conn) -> Result<u64> {
        // No session has this id: all of them are others then.
        let kept = self.keep.map_or(Key(uuid::Uuid::nil()), Key::from);
        let revoked = diesel::update(sessions::table)
            .filter(sessions::user_id.eq(Key::from(self.user_id)))
            .filter(sessions::id.ne(kept))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(At(self.now)))
            .set(sessions::revoked_at.eq(At(self.now)))
            .execute(conn)
            .await?;
        Ok(revoked as u64)
    }
}

impl Execute<Conn> for CreateToken {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        access::require_enabled(conn, self.0.user_id).await?;
        diesel::insert_into(api_tokens::table).values(TokenRow::from(&self.0)).execute(conn).await?;
        Ok(())
    }
}

impl Execute<Conn> for FindToken {
    async fn perform(&self, conn: &mut Conn) -> Result<Option<(TokenRecord, Account)>> {
        let found: Option<(TokenRow, UserRow)> = api_tokens::table
            .inner_join(users::table.on(users::id.eq(api_tokens::user_id)))
            .filter(api_tokens::token_hash.eq(&self.token_hash))
            .filter(api_tokens::revoked_at.is_null())
            .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(At(self.now))))
            .filter(users::disabled_at.is_null())
            .select((TokenRow::as_select(), UserRow::as_select()))
            .first(conn)
            .await
            .optional()?;
        let Some((token, user)) = found else { return Ok(None) };
        Ok(Some((token.try_into()?, access::account(conn, user).await?)))
    }
}

impl Execute<Conn> for ListTokens {
    async fn perform(&self, conn: &mut Conn) -> Result<Vec<TokenRecord>> {
        let rows: Vec<TokenRow> = api_tokens::table
            .filter(api_tokens::user_id.eq(Key::from(self.user_id)))
            .order(api_tokens::id)
            .select(TokenRow::as_select())
            .load(conn)
            .await?;
        records(rows)
    }
}

impl Execute<Conn> for RevokeToken {
    async fn perform(&self, conn: &mut Conn) -> Result<()> {
        let revoked = diesel::update(api_tokens::table.find(Key::from(self.id)))
            .filter(api_tokens::user_id.eq(Key::from(self.user_id)))
            .set(api_tokens::revoked_at.eq(At(self.now)))
            .execute(conn)
            .await?;
        if revoked == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}
