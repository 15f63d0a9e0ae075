//! Stored replies: the same request gets the same reply.

use super::Conn;
use crate::commands::{Execute, FindReply, Idempotency, Reply};
use crate::error::{Error, KEY_IN_USE, Result};
use crate::schema::idempotency_records as table;
use crate::sql::{At, Doc, Key};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The stored reply to this request; `IdempotencyKeyReused` when the key answered another one.
pub async fn stored<T: DeserializeOwned>(
    conn: &mut Conn,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Reply<T>>> {
    let Some(asked) = idempotency else { return Ok(None) };
    find(conn, asked).await?.map(Reply::stored).transpose()
}

impl Execute<Conn> for FindReply {
    async fn perform(&self, conn: &mut Conn) -> Result<Option<Value>> {
        find(conn, &self.0).await
    }
}

async fn find(conn: &mut Conn, asked: &Idempotency) -> Result<Option<Value>> {
    let found: Option<(String, Doc<Value>)> = table::table
        .find((Key::from(asked.principal), asked.operation, &asked.key))
        .select((table::request_hash, table::reply))
        .first(conn)
        .await
        .optional()?;
    let Some((request_hash, Doc(reply))) = found else {
        return Ok(None);
    };
    if request_hash != asked.request_hash {
        return Err(Error::IdempotencyKeyReused);
    }
    Ok(Some(reply))
}

/// Stores the reply with the change that it answers.
pub async fn store<T: Serialize>(
    conn: &mut Conn,
    idempotency: Option<&Idempotency>,
    value: T,
    now: Timestamp,
) -> Result<Reply<T>> {
    if let Some(asked) = idempotency {
        let reply = serde_json::to_value(&value).map_err(|error| Error::Corrupt(error.to_string()))?;
        diesel::insert_into(table::table)
            .values((
                table::principal.eq(Key::from(asked.principal)),
                table::operation.eq(asked.operation),
                table::idempotency_key.eq(&asked.key),
                table::request_hash.eq(&asked.request_hash),
                table::reply.eq(Doc(reply)),
                table::created_at.eq(At(now)),
            ))
            .execute(conn)
            .await
            .map_err(in_use)?;
    }
    Ok(Reply { value, replayed: false })
}

/// Two identical requests at once: the other one was first, and its reply is there once this one is run again.
fn in_use(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        Error::Taken { .. } => Error::Taken { what: KEY_IN_USE },
        other => other,
    }
}
