//! Row locks where rows are shared, nothing where the writer is alone.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;

macro_rules! lock {
    ($(#[$doc:meta])* $name:ident, $suffix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, QueryId)]
        pub struct $name<Q>(Q);

        impl<Q: Query> Query for $name<Q> {
            type SqlType = Q::SqlType;
        }
        impl<Q, C> RunQueryDsl<C> for $name<Q> {}
        impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for $name<Q> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                self.0.walk_ast(out.reborrow())?;
                out.push_sql($suffix);
                Ok(())
            }
        }
        impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for $name<Q> {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                self.0.walk_ast(out)
            }
        }
    };
}

lock!(
    /// `FOR UPDATE`: waits for whoever holds the row.
    Locked, " FOR UPDATE"
);
lock!(
    /// `FOR NO KEY UPDATE`: waits for whoever changes the row, and lets others refer to it.
    ChangeLocked, " FOR NO KEY UPDATE"
);
lock!(
    /// `FOR UPDATE SKIP LOCKED`: leaves rows that another node is taking.
    SkipLocked, " FOR UPDATE SKIP LOCKED"
);

pub trait LockDsl: Sized {
    fn locked(self) -> Locked<Self> {
        Locked(self)
    }
    fn change_locked(self) -> ChangeLocked<Self> {
        ChangeLocked(self)
    }
    fn skip_locked_rows(self) -> SkipLocked<Self> {
        SkipLocked(self)
    }
}
impl<Q: Query> LockDsl for Q {}
