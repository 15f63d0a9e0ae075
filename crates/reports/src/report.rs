//! The one shape every format is read into.

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_CASES, MAX_MESSAGE_BYTES, MAX_NAME_BYTES, clip};

/// Where a report was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A JUnit XML file.
    JunitXml,
    /// `cargo test`.
    Libtest,
    /// `cargo nextest run`.
    Nextest,
    /// `pytest`.
    Pytest,
    /// Python's own `unittest`.
    Unittest,
    /// The Test Anything Protocol, versions 12 to 14.
    Tap,
    /// `go test -v`.
    GoTest,
    /// Node's test runner with its `spec` reporter.
    NodeSpec,
    /// Jest.
    Jest,
    /// Vitest.
    Vitest,
    /// Mocha with its `spec` reporter.
    Mocha,
    /// Several reports of different formats, merged.
    Mixed,
}

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ran and did what it should; unexpected passes are counted here, as their runners do.
    Passed,
    /// It failed, erred, crashed, timed out or was planned and never ran.
    Failed,
    /// It did not run, or its failure was expected.
    Skipped,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The name as its runner prints it, at most [`MAX_NAME_BYTES`] long.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed, as far as the runner said; at most [`MAX_MESSAGE_BYTES`] long.
    pub message: Option<String>,
}

/// The results of one test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where the results were read from.
    pub format: Format,
    /// How many tests there were: always `passed + failed + skipped`.
    pub total: u64,
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were skipped.
    pub skipped: u64,
    /// The tests by name, sorted; fewer than `total` where the output gave counts only, and never more than
    /// [`MAX_CASES`], of which the failed ones are kept first.
    pub cases: Vec<Case>,
}

/// How many tests had each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Counts one more test.
    pub(crate) fn add(&mut self, outcome: Outcome, number: u64) {
        let count = match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped => &mut self.skipped,
        };
        *count = count.saturating_add(number);
    }

    /// Returns how many cases of `cases` had each outcome.
    pub(crate) fn of(cases: &[Case]) -> Self {
        let mut counts = Self::default();
        for case in cases {
            counts.add(case.outcome, 1);
        }
        counts
    }

    /// Returns how many tests there were.
    pub(crate) fn total(&self) -> u64 {
        self.passed.saturating_add(self.failed).saturating_add(self.skipped)
    }

    /// Says whether there are no more of `other` than of these, outcome by outcome.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.passed <= self.passed && other.failed <= self.failed && other.skipped <= self.skipped
    }
}

impl Format {
    /// Returns the format's name as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::JunitXml => "junit_xml",
            Format::Libtest => "libtest",
            Format::Nextest => "nextest",
            Format::Pytest => "pytest",
            Format::Unittest => "unittest",
            Format::Tap => "tap",
            Format::GoTest => "go_test",
            Format::NodeSpec => "node_spec",
            Format::Jest => "jest",
            Format::Vitest => "vitest",
            Format::Mocha => "mocha",
            Format::Mixed => "mixed",
        }
    }
}

impl Case {
    /// Makes a case and cuts its name to what a report keeps.
    pub(crate) fn new(name: &str, outcome: Outcome) -> Self {
        Self { name: clip(name, MAX_NAME_BYTES).to_owned(), outcome, message: None }
    }

    /// Adds the reason and cuts it to what a report keeps.
    pub(crate) fn because(mut self, message: Option<String>) -> Self {
        self.message = message.map(|message| clip(&message, MAX_MESSAGE_BYTES).to_owned());
        self
    }
}

impl Report {
    /// Makes a report of tests that are all known by name.
    pub(crate) fn from_cases(format: Format, cases: Vec<Case>) -> Self {
        Self::from_counts(format, Counts::of(&cases), cases)
    }

    /// Makes a report whose counts may cover more tests than are known by name.
    pub(crate) fn from_counts(format: Format, counts: Counts, mut cases: Vec<Case>) -> Self {
        if cases.len() > MAX_CASES {
            cases.sort_by_key(|case| case.outcome != Outcome::Failed);
            cases.truncate(MAX_CASES);
        }
        cases.sort_by(|one, other| one.name.cmp(&other.name).then(one.outcome.cmp(&other.outcome)));
        let Counts { passed, failed, skipped } = counts;
        Self { format, total: counts.total(), passed, failed, skipped, cases }
    }

    /// Returns the names of the tests that failed, sorted, each once.
    pub fn failing(&self) -> Vec<&str> {
        let failed = self.cases.iter().filter(|case| case.outcome == Outcome::Failed);
        let mut names: Vec<_> = failed.map(|case| case.name.as_str()).collect();
        names.dedup();
        names
    }

    /// Says whether every test that was counted is also listed by name.
    pub fn is_complete(&self) -> bool {
        u64::try_from(self.cases.len()) == Ok(self.total)
    }

    /// Adds up several reports, or returns `None` if there are none.
    ///
    /// Names are kept as they are, so a test that two reports name is counted and listed twice.
    pub fn merge(reports: impl IntoIterator<Item = Report>) -> Option<Report> {
        let mut reports = reports.into_iter();
        let first = reports.next()?;
        let mut format = first.format;
        let mut counts = first.counts();
        let mut cases = first.cases;
        for report in reports {
            if report.format != format {
                format = Format::Mixed;
            }
            counts.add(Outcome::Passed, report.passed);
            counts.add(Outcome::Failed, report.failed);
            counts.add(Outcome::Skipped, report.skipped);
            cases.extend(report.cases);
        }
        Some(Self::from_counts(format, counts, cases))
    }

    fn counts(&self) -> Counts {
        Counts { passed: self.passed, failed: self.failed, skipped: self.skipped }
    }
}
