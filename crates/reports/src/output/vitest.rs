//! Vitest.

use std::collections::BTreeMap;

use super::outline::without_duration;
use super::scan::{Scan, count, counted};
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads the closing figures of each run, and the tests' names where they are printed.
///
/// A file that could not run has no tests; where nothing else failed each counts as one failed test. The result is
/// unclear if a run has no figures or several, or they do not add up.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut runs: Vec<Run> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let is_own = if line.starts_with(" RUN  v") {
            runs.push(Run::default());
            true
        } else if let Some(run) = runs.last_mut() {
            run.line(line, lines.get(number + 1).copied())
        } else {
            false
        };
        if is_own {
            span = Some((span.map_or(number, |(first, _)| first), number + 1));
        }
    }
    let Some((first, last)) = span else {
        return Scan::Absent;
    };
    let reports = runs.into_iter().map(Run::report).collect::<Option<Vec<_>>>();
    Scan::of(reports.and_then(Report::merge), first, last.min(lines.len() - 1))
}

/// One run that is being read.
#[derive(Debug, Default)]
struct Run<'a> {
    tests: BTreeMap<&'a str, Outcome>,
    failed_files: Vec<&'a str>,
    figures: Vec<Option<(Counts, Counts)>>,
}

impl<'a> Run<'a> {
    /// Reads a line and says whether it holds the closing figures.
    fn line(&mut self, line: &'a str, next: Option<&str>) -> bool {
        if let (Some(files), Some(tests)) =
            (line.strip_prefix(" Test Files  "), next.and_then(|next| next.strip_prefix("      Tests  ")))
        {
            self.figures.push(figures(files).zip(figures(tests)));
            return true;
        }
        let named = |mark: &str| line.strip_prefix(mark).filter(|test| test.contains(" > "));
        if let Some(test) = named(" FAIL  ") {
            self.tests.insert(test.trim_end(), Outcome::Failed);
        } else if let Some(file) = line.strip_prefix(" FAIL  ") {
            self.failed_files.push(file.split_once(" [ ").map_or(file, |(file, _)| file));
        } else if let Some(test) = named(" ✓ ") {
            self.tests.entry(without_duration(test)).or_insert(Outcome::Passed);
        } else if let Some(test) = named(" ↓ ") {
            let test = test.strip_suffix(" [skipped]").unwrap_or(test);
            self.tests.entry(test).or_insert(Outcome::Skipped);
        }
        false
    }

    fn report(self) -> Option<Report> {
        let [Some((files, tests))] = self.figures.as_slice() else {
            return None;
        };
        let mut counts = *tests;
        let named: Vec<_> = self.tests.into_iter().map(|(name, outcome)| Case::new(name, outcome)).collect();
        let mut cases = if counts.covers(&Counts::of(&named)) { named } else { Vec::new() };
        if counts.failed == 0 && files.failed > 0 {
            counts.failed = files.failed;
            if u64::try_from(self.failed_files.len()) == Ok(files.failed) {
                cases.extend(self.failed_files.into_iter().map(|file| Case::new(file, Outcome::Failed)));
            }
        }
        Some(Report::from_counts(Format::Vitest, counts, cases))
    }
}

/// Reads `1 failed | 2 passed | 1 skipped | 1 todo (5)`, or `no tests`.
fn figures(text: &str) -> Option<Counts> {
    if text.trim_end() == "no tests" {
        return Some(Counts::default());
    }
    let (parts, total) = text.trim_end().strip_suffix(')')?.rsplit_once(" (")?;
    let mut counts = Counts::default();
    for part in parts.split(" | ") {
        match counted(part)? {
            (number, "passed") => counts.add(Outcome::Passed, number),
            (number, "failed") => counts.add(Outcome::Failed, number),
            (number, "skipped" | "todo") => counts.add(Outcome::Skipped, number),
            _ => return None,
        }
    }
    (count(total)? == counts.total()).then_some(counts)
}
