//! Jest.

use std::collections::BTreeMap;

use super::outline::{Outline, indented, without_duration};
use super::scan::{Scan, counted};
use crate::limits::{MAX_NAME_BYTES, clip};
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads the closing figures, and the tests' names where they are printed.
///
/// A suite that could not run has no tests; where nothing else failed each counts as one failed test. The result is
/// unclear if the figures do not add up or occur more than once.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut first = None;
    let mut last = 0;
    let mut names = Names::default();
    let mut figures = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some(suites) = line.strip_prefix("Test Suites: ") {
            let tests = lines.get(number + 1).and_then(|line| line.strip_prefix("Tests: "));
            let Some(tests) = tests else { continue };
            first = first.or(Some(number));
            last = number + 1;
            figures.push(figure(suites).zip(figure(tests.trim_start())));
        } else if figures.is_empty() && names.line(line) {
            first = first.or(Some(number));
        }
    }
    let (Some(first), false) = (first, figures.is_empty()) else {
        return Scan::Absent;
    };
    let report = match figures.as_slice() {
        [Some((suites, tests))] => Some(names.report(*suites, *tests)),
        _ => None,
    };
    Scan::of(report, first, last)
}

/// The names of suites and tests read so far.
#[derive(Debug, Default)]
struct Names<'a> {
    file: Option<&'a str>,
    outline: Outline<'a>,
    failed_files: Vec<&'a str>,
    tests: BTreeMap<String, Outcome>,
}

impl<'a> Names<'a> {
    /// Reads a line and says whether it names a file or a test.
    fn line(&mut self, line: &'a str) -> bool {
        let (indent, text) = indented(line);
        if let (0, Some((word @ ("PASS" | "FAIL"), file))) = (indent, text.split_once(' ')) {
            let file = clip(without_duration(file.trim()), MAX_NAME_BYTES);
            self.file = Some(file);
            self.outline.clear();
            if word == "FAIL" {
                self.failed_files.push(file);
            }
            return true;
        }
        let (Some(file), true) = (self.file, indent >= 2) else {
            return false;
        };
        let (mark, title) = text.split_once(' ').unwrap_or((text, ""));
        let outcome = match mark {
            "✓" => Outcome::Passed,
            "✕" => Outcome::Failed,
            "○" | "✎" => Outcome::Skipped,
            "●" => {
                if title.contains(" › ") {
                    self.tests.insert(format!("{file} › {title}"), Outcome::Failed);
                }
                return false;
            }
            _ => {
                self.outline.enter(indent, text);
                return false;
            }
        };
        let title = match mark {
            "○" => title.strip_prefix("skipped ").unwrap_or(title),
            "✎" => title.strip_prefix("todo ").unwrap_or(title),
            _ => without_duration(title),
        };
        let name = self.outline.name(indent, title, " › ");
        self.tests.insert(format!("{file} › {name}"), outcome);
        true
    }

    fn report(self, suites: Counts, mut tests: Counts) -> Report {
        let named = self.tests.iter().map(|(name, outcome)| Case::new(name, *outcome)).collect::<Vec<_>>();
        let mut cases = if tests.covers(&Counts::of(&named)) { named } else { Vec::new() };
        if tests.failed == 0 && suites.failed > 0 {
            tests.failed = suites.failed;
            let mut files = self.failed_files;
            files.sort_unstable();
            files.dedup();
            if u64::try_from(files.len()) == Ok(suites.failed) {
                cases.extend(files.into_iter().map(|file| Case::new(file, Outcome::Failed)));
            }
        }
        Report::from_counts(Format::Jest, tests, cases)
    }
}

/// Reads `1 failed, 1 skipped, 1 todo, 2 passed, 5 total`.
fn figure(text: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut total = None;
    for part in text.trim().split(", ") {
        match counted(part)? {
            (number, "passed") => counts.add(Outcome::Passed, number),
            (number, "failed") => counts.add(Outcome::Failed, number),
            (number, "skipped" | "todo" | "pending") => counts.add(Outcome::Skipped, number),
            (number, "total") => total = Some(number),
            _ => return None,
        }
    }
    (total? == counts.total()).then_some(counts)
}
