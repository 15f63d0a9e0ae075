//! SQL types that exist on both backends, the values that carry them, and the way to domain types and back.

use crate::error::{Error, Result};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types as st;
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{CharEscape, CompactFormatter};
use std::fmt::Debug;
use std::io::{self, Write};

/// `uuid` on PostgreSQL, a 16-byte BLOB on SQLite; version 7 sorts the same in both.
#[derive(Debug, Clone, Copy, Default, st::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct Uuid;

/// `timestamptz` on PostgreSQL, INTEGER microseconds since the epoch on SQLite.
#[derive(Debug, Clone, Copy, Default, st::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct Instant;

/// The earliest of many can be asked for.
impl st::SqlOrd for Instant {}

/// `jsonb` on PostgreSQL, TEXT on SQLite.
#[derive(Debug, Clone, Copy, Default, st::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct Json;

/// The column form of a domain value `T`.
pub trait Column<T>: Sized {
    fn from_domain(value: &T) -> Self;
    fn into_domain(self) -> Result<T>;
}

impl<T, C: Column<T>> Column<Option<T>> for Option<C> {
    fn from_domain(value: &Option<T>) -> Self {
        value.as_ref().map(C::from_domain)
    }
    fn into_domain(self) -> Result<Option<T>> {
        self.map(C::into_domain).transpose()
    }
}

macro_rules! same {
    ($($type:ty),*) => {$(
        impl Column<$type> for $type {
            fn from_domain(value: &$type) -> Self { value.clone() }
            fn into_domain(self) -> Result<$type> { Ok(self) }
        }
    )*};
}
same!(i64, bool, String);

/// Counters are `u32` outside and BIGINT inside.
impl Column<u32> for i64 {
    fn from_domain(value: &u32) -> Self {
        Self::from(*value)
    }
    fn into_domain(self) -> Result<u32> {
        u32::try_from(self).map_err(|_| Error::Corrupt(format!("{self} is not a counter")))
    }
}

/// An identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uuid)]
pub struct Key(pub uuid::Uuid);

impl ToSql<Uuid, Pg> for Key {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<st::Uuid, Pg>::to_sql(&self.0, out)
    }
}
impl ToSql<Uuid, Sqlite> for Key {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
impl FromSql<Uuid, Pg> for Key {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <uuid::Uuid as FromSql<st::Uuid, Pg>>::from_sql(value).map(Self)
    }
}
impl FromSql<Uuid, Sqlite> for Key {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(uuid::Uuid::from_slice(value.read_blob())?))
    }
}

macro_rules! keys {
    ($($id:ty),* $(,)?) => {$(
        impl Column<$id> for Key {
            fn from_domain(value: &$id) -> Self { Self(value.as_uuid()) }
            fn into_domain(self) -> Result<$id> { Ok(<$id>::from_uuid(self.0)) }
        }
        impl From<$id> for Key {
            fn from(id: $id) -> Self { Self(id.as_uuid()) }
        }
    )*};
}
keys!(
    domain::ProjectId,
    domain::RunId,
    domain::AttemptId,
    domain::ApprovalId,
    domain::ArtifactId,
    domain::UserId,
    domain::TokenId,
    domain::SessionId,
    domain::WebhookId,
    domain::DeliveryId,
    domain::InvitationId,
);

/// An instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct At(pub domain::Timestamp);

impl ToSql<Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<st::Timestamptz, Pg>::to_sql(&time::OffsetDateTime::from(self.0), &mut out.reborrow())
    }
}
impl FromSql<Instant, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let at = <time::OffsetDateTime as FromSql<st::Timestamptz, Pg>>::from_sql(value)?;
        Ok(Self(domain::Timestamp::from(at)))
    }
}
impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.micros());
        Ok(IsNull::No)
    }
}
impl FromSql<Instant, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<st::BigInt, Sqlite>>::from_sql(value)?;
        Ok(Self(domain::Timestamp::from_micros(micros)))
    }
}
impl Column<domain::Timestamp> for At {
    fn from_domain(value: &domain::Timestamp) -> Self {
        Self(*value)
    }
    fn into_domain(self) -> Result<domain::Timestamp> {
        Ok(self.0)
    }
}

/// A typed JSON document.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Json)]
pub struct Doc<T: Debug>(pub T);

/// Writes U+FFFD for U+0000, which no text of PostgreSQL can hold: a step that prints one must not stop its run.
struct WithoutNul;

impl serde_json::ser::Formatter for WithoutNul {
    fn write_char_escape<W: Write + ?Sized>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(0) => writer.write_all("\u{fffd}".as_bytes()),
            other => CompactFormatter.write_char_escape(writer, other),
        }
    }
}

impl<T: Serialize + Debug> ToSql<Json, Pg> for Doc<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[1])?; // the version byte of jsonb's wire form
        self.0.serialize(&mut serde_json::Serializer::with_formatter(out, WithoutNul))?;
        Ok(IsNull::No)
    }
}
impl<T: Serialize + Debug> ToSql<Json, Sqlite> for Doc<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: DeserializeOwned + Debug> FromSql<Json, Pg> for Doc<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((1, json)) => Ok(Self(serde_json::from_slice(json)?)),
            _ => Err("unsupported jsonb version".into()),
        }
    }
}
impl<T: DeserializeOwned + Debug> FromSql<Json, Sqlite> for Doc<T> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}
impl<T: Debug + Clone> Column<T> for Doc<T> {
    fn from_domain(value: &T) -> Self {
        Self(value.clone())
    }
    fn into_domain(self) -> Result<T> {
        Ok(self.0)
    }
}

/// Domain words kept as TEXT: enums, digests, step keys.
macro_rules! words {
    ($($type:ty => $parse:expr),* $(,)?) => {$(
        impl Column<$type> for String {
            fn from_domain(value: &$type) -> Self { value.as_str().to_owned() }
            fn into_domain(self) -> Result<$type> {
                let parse: fn(&str) -> Option<$type> = $parse;
                parse(&self).ok_or_else(|| Error::Corrupt(format!("{self:?} is not a {}", stringify!($type))))
            }
        }
    )*};
}
words!(
    domain::run::Status => domain::run::Status::parse,
    domain::run::AttemptState => domain::run::AttemptState::parse,
    domain::event::EventKind => domain::event::EventKind::parse,
    domain::approval::ApprovalStatus => domain::approval::ApprovalStatus::parse,
    domain::approval::Decision => domain::approval::Decision::parse,
    domain::failure::ErrorType => domain::failure::ErrorType::parse,
    domain::failure::FailureReason => domain::failure::FailureReason::parse,
    domain::publication::Channel => domain::publication::Channel::parse,
    domain::publication::Reason => domain::publication::Reason::parse,
    domain::publication::Resolution => domain::publication::Resolution::parse,
    domain::publication::DeliveryState => domain::publication::DeliveryState::parse,
    domain::Role => domain::Role::parse,
    domain::Digest => |text| domain::Digest::parse(text).ok(),
    domain::contract::StepKey => |text| domain::contract::StepKey::parse(text).ok(),
    domain::contract::WorkflowName => |text| domain::contract::WorkflowName::parse(text).ok(),
);

/// Declares a record in domain types and its row in column types, with the way between them.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident / $row:ident in $table:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty as $column:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }

        #[derive(Debug, Clone, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
        #[diesel(table_name = crate::schema::$table, treat_none_as_default_value = false)]
        #[diesel(check_for_backend(diesel::pg::Pg, diesel::sqlite::Sqlite))]
        pub(crate) struct $row { $(pub(crate) $field: $column),* }

        impl From<&$name> for $row {
            fn from(record: &$name) -> Self {
                Self { $($field: $crate::sql::Column::from_domain(&record.$field)),* }
            }
        }

        impl TryFrom<$row> for $name {
            type Error = $crate::Error;
            fn try_from(row: $row) -> $crate::Result<Self> {
                Ok(Self { $($field: $crate::sql::Column::into_domain(row.$field)?),* })
            }
        }
    };
}
pub(crate) use record;
