//! The invariants that a whole database must hold.

use super::operations;
use domain::RunId;

operations! { CheckDatabase => Vec<Violation> }

/// Verifies one run: replayed transitions give the state, events are 1..n, one terminal transition at most, one outcome
/// per gate and the votes that carry it, one live attempt at most.
#[derive(Debug, Clone)]
pub struct CheckDatabase {
    pub run_id: RunId,
}

/// One broken invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub run_id: RunId,
    pub invariant: &'static str,
    pub detail: String,
}
