//! The workflows that every installation has.

use super::Pinned;
use crate::Fault;

/// A builtin definition is not valid.
#[derive(Debug, thiserror::Error)]
#[error("the builtin workflow {name} is not valid: {faults:?}")]
pub struct BuiltinError {
    pub name: &'static str,
    pub faults: Vec<Fault>,
}

/// Returns the builtin definitions.
pub fn builtins() -> Result<Vec<Pinned>, BuiltinError> {
    Ok(Vec::new())
}
