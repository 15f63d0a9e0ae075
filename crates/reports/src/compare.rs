//! What changed between two runs of the tests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::{Outcome, Report};

/// The tests whose result differs between an earlier and a later run, by name and sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Failed later and did not fail earlier: it passed, was skipped, was not there or was not named.
    pub newly_failing: Vec<String>,
    /// Failed earlier and passed later.
    pub fixed: Vec<String>,
    /// Named earlier and absent later; empty where the later run did not name all its tests.
    pub removed: Vec<String>,
}

/// Compares two runs of the tests.
///
/// Only named tests can be compared. A name that occurs more than once counts as failed if any of its tests
/// failed, and as skipped only if all of them were.
pub fn compare(earlier: &Report, later: &Report) -> Comparison {
    let before = outcomes(earlier);
    let after = outcomes(later);
    let failed_before = |name: &str| before.get(name) == Some(&Outcome::Failed);
    let names = |keep: &dyn Fn(&str, Outcome) -> bool, of: &BTreeMap<&str, Outcome>| {
        let kept = of.iter().filter(|(name, outcome)| keep(name, **outcome));
        kept.map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
    };
    Comparison {
        newly_failing: names(&|name, now| now == Outcome::Failed && !failed_before(name), &after),
        fixed: names(&|name, now| now == Outcome::Passed && failed_before(name), &after),
        removed: match later.is_complete() {
            true => names(&|name, _| !after.contains_key(name), &before),
            false => Vec::new(),
        },
    }
}

fn outcomes(report: &Report) -> BTreeMap<&str, Outcome> {
    let mut outcomes = BTreeMap::new();
    for case in &report.cases {
        let known = outcomes.entry(case.name.as_str()).or_insert(case.outcome);
        *known = worse(*known, case.outcome);
    }
    outcomes
}

fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
        (Outcome::Passed, _) | (_, Outcome::Passed) => Outcome::Passed,
        (Outcome::Skipped, Outcome::Skipped) => Outcome::Skipped,
    }
}
