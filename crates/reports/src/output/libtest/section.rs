//! The output of one test binary.

use std::collections::HashMap;

use crate::limits::Excerpt;
use crate::report::{Case, Counts, Outcome};

/// A section that is still being read.
#[derive(Debug)]
pub(super) struct Section<'a> {
    announced: u64,
    /// The tests whose lines were read, in their order.
    listed: Vec<(&'a str, Outcome)>,
    /// A test whose line ended in its own output, so that its outcome stands alone on a later line.
    pending: Option<&'a str>,
    /// The names beneath the latest `failures:`.
    failures: Vec<&'a str>,
    place: Place<'a>,
    outputs: HashMap<&'a str, Excerpt>,
}

/// Where in a section the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Tests,
    Failures,
    OutputOf(&'a str),
}

/// A section whose figures add up.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) counts: Counts,
    pub(super) cases: Vec<Case>,
}

impl<'a> Section<'a> {
    pub(super) fn new(announced: u64) -> Self {
        Self {
            announced,
            listed: Vec::new(),
            pending: None,
            failures: Vec::new(),
            place: Place::Tests,
            outputs: HashMap::new(),
        }
    }

    /// Reads a line between the announcement and the result.
    pub(super) fn line(&mut self, line: &'a str) {
        if line == "failures:" {
            self.place = Place::Failures;
            self.failures.clear();
        } else if let Some(name) = output_heading(line) {
            self.place = Place::OutputOf(name);
        } else {
            match self.place {
                Place::Tests => self.test_line(line),
                Place::Failures => self.failures.extend(line.strip_prefix("    ")),
                Place::OutputOf(name) => self.outputs.entry(name).or_default().push_line(line),
            }
        }
    }

    /// Ends the section with the figures of its result line.
    ///
    /// Returns `None` unless they add up to the number announced and every failed test is known by name. Other
    /// tests are listed only if their lines fit the figures: tests may print lines that look like them.
    pub(super) fn finish(self, counts: Counts) -> Option<Finished> {
        if counts.total() != self.announced {
            return None;
        }
        let listed_failures = self.listed.iter().filter(|(_, outcome)| *outcome == Outcome::Failed);
        let listed_failures: Vec<_> = listed_failures.map(|(name, _)| *name).collect();
        let named = |names: &[&str]| u64::try_from(names.len()) == Ok(counts.failed);
        let failed = match (named(&self.failures), named(&listed_failures)) {
            (true, _) => self.failures,
            (false, true) => listed_failures,
            (false, false) => return None,
        };
        let mut cases: Vec<_> = failed
            .into_iter()
            .map(|name| {
                let message = self.outputs.get(name).and_then(Excerpt::finish);
                Case::new(name, Outcome::Failed).because(message)
            })
            .collect();
        let others = self.listed.into_iter().filter(|(_, outcome)| *outcome != Outcome::Failed);
        let others: Vec<_> = others.map(|(name, outcome)| Case::new(name, outcome)).collect();
        if counts.covers(&Counts::of(&others)) {
            cases.extend(others);
        }
        Some(Finished { counts, cases })
    }

    fn test_line(&mut self, line: &'a str) {
        let test = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... "));
        match (test, self.pending) {
            (Some((name, result)), _) => {
                let name = without_kind(name);
                self.pending = None;
                match outcome(result) {
                    Some(outcome) => self.listed.push((name, outcome)),
                    None => self.pending = Some(name),
                }
            }
            (None, Some(name)) => {
                if let Some(outcome) = outcome(line) {
                    self.listed.push((name, outcome));
                    self.pending = None;
                }
            }
            (None, None) => {}
        }
    }
}

/// Reads `---- tests::adds stdout ----`.
fn output_heading(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

fn outcome(result: &str) -> Option<Outcome> {
    let is =
        |word: &str| result.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(" <"));
    if is("ok") || result.starts_with("bench: ") {
        Some(Outcome::Passed)
    } else if is("FAILED") || result.starts_with("FAILED (") {
        Some(Outcome::Failed)
    } else if is("ignored") || result.starts_with("ignored, ") {
        Some(Outcome::Skipped)
    } else {
        None
    }
}

/// Returns a test's name without the remark on what kind of test it is, which the list of failures leaves out.
fn without_kind(name: &str) -> &str {
    [" - should panic", " - compile fail", " - compile"]
        .into_iter()
        .find_map(|kind| name.strip_suffix(kind))
        .unwrap_or(name)
}
