//! What the tests share: databases, a world to work in, and whole rows to compare.

mod database;
mod rows;
mod worker;
mod world;

pub use database::{Backend, Database, run};
pub use rows::Rows;
pub use worker::{Held, failure_of_agent};
pub use world::{FLOW, World, digest, key, pinned};

/// Makes one `#[test]` a database of each named async function.
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { $crate::support::run($crate::support::Backend::Sqlite, super::$name); })* }
        mod postgres { $(#[test] fn $name() { $crate::support::run($crate::support::Backend::Postgres, super::$name); })* }
    };
}
pub(crate) use on_both_databases;

/// Fails unless the result is the error of this pattern.
macro_rules! assert_refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            other => panic!("expected {}, got {other:?}", stringify!($pattern)),
        }
    };
}
pub(crate) use assert_refused;
