//! The workflows that every installation has.

use super::{Pinned, parse_yaml};
use crate::Fault;

const SOURCES: [(&str, &str); 3] = [
    ("implement_task", include_str!("../../builtins/implement_task.yaml")),
    ("fix_failing_tests", include_str!("../../builtins/fix_failing_tests.yaml")),
    ("issue_triage", include_str!("../../builtins/issue_triage.yaml")),
];

/// A builtin definition is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the builtin workflow {name} is not valid: {}", list(faults))]
pub struct BuiltinError {
    pub name: &'static str,
    pub faults: Vec<Fault>,
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Returns the builtin definitions, which are registered at start-up.
pub fn builtins() -> Result<Vec<Pinned>, BuiltinError> {
    let parse = |(name, text)| parse_yaml(text).map_err(|faults| BuiltinError { name, faults });
    SOURCES.into_iter().map(parse).collect()
}
