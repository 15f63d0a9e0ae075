//! `go test -v`.

use std::collections::BTreeMap;

use super::scan::Scan;
use crate::limits::{Excerpt, MAX_NAME_BYTES, clip};
use crate::report::{Case, Format, Outcome, Report};

/// Reads the tests of every package up to the package's own verdict.
///
/// The result is unclear without `-v`, which alone names the tests that passed, and if a test that was begun has no
/// outcome or a verdict contradicts its tests. Subtests and their parents count each, as with other readers of this
/// format. A package that fails without a failed test, or does not build, counts as one failed test.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut package = Package::default();
    let mut cases = Vec::new();
    let mut is_consistent = true;
    for (number, line) in lines.iter().enumerate() {
        let is_own = match Line::parse(line) {
            Some(Line::Run(test)) => {
                is_consistent &= package.begin(test);
                true
            }
            Some(Line::Continue(test)) => {
                package.current = Some(test);
                true
            }
            Some(Line::Result(outcome, test)) => {
                is_consistent &= package.end(test, outcome) || package.tests.is_empty();
                !package.tests.is_empty()
            }
            Some(Line::Verdict(verdict, name)) => {
                match std::mem::take(&mut package).finish(verdict, name) {
                    Some(found) => cases.extend(found),
                    None => is_consistent = false,
                }
                true
            }
            None => {
                package.output(line);
                false
            }
        };
        if is_own {
            span = Some((span.map_or(number, |(first, _)| first), number));
        }
    }
    let Some((first, last)) = span else {
        return Scan::Absent;
    };
    let is_whole = is_consistent && package.tests.is_empty();
    Scan::of(is_whole.then(|| Report::from_cases(Format::GoTest, cases)), first, last)
}

#[derive(Debug)]
enum Line<'a> {
    Run(&'a str),
    Continue(&'a str),
    Result(Outcome, &'a str),
    Verdict(Verdict, &'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    NotBuilt,
    NothingToRun,
}

/// The tests of the package that is being read.
#[derive(Debug, Default)]
struct Package<'a> {
    tests: BTreeMap<&'a str, (Option<Outcome>, Excerpt)>,
    current: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        if let Some(test) = line.strip_prefix("=== RUN   ") {
            return Some(Line::Run(test.trim()));
        }
        if let Some(test) = line.strip_prefix("=== CONT  ").or_else(|| line.strip_prefix("=== NAME  ")) {
            return Some(Line::Continue(test.trim()));
        }
        if let Some(result) = line.trim_start_matches("    ").strip_prefix("--- ") {
            let (word, test) = result.split_once(": ")?;
            let (test, _) = test.rsplit_once(" (")?;
            let outcome = match word {
                "PASS" => Outcome::Passed,
                "FAIL" => Outcome::Failed,
                "SKIP" => Outcome::Skipped,
                _ => return None,
            };
            return Some(Line::Result(outcome, test));
        }
        if let Some(rest) = line.strip_prefix("ok  \t") {
            let (name, rest) = rest.split_once('\t')?;
            let is_empty = rest.ends_with("[no tests to run]");
            return Some(Line::Verdict(if is_empty { Verdict::NothingToRun } else { Verdict::Passed }, name));
        }
        let failed = line.strip_prefix("FAIL\t")?;
        match failed.split_once('\t') {
            Some((name, _)) => Some(Line::Verdict(Verdict::Failed, name)),
            None => failed.ends_with(" failed]").then_some(Line::Verdict(Verdict::NotBuilt, failed)),
        }
    }
}

impl<'a> Package<'a> {
    fn begin(&mut self, test: &'a str) -> bool {
        self.current = Some(test);
        self.tests.insert(test, (None, Excerpt::default())).is_none()
    }

    fn end(&mut self, test: &str, outcome: Outcome) -> bool {
        match self.tests.get_mut(test) {
            Some((known @ None, _)) => {
                *known = Some(outcome);
                true
            }
            Some((Some(_), _)) | None => false,
        }
    }

    fn output(&mut self, line: &str) {
        if let Some((_, excerpt)) = self.current.and_then(|test| self.tests.get_mut(test)) {
            excerpt.push_line(line);
        }
    }

    fn finish(self, verdict: Verdict, package: &str) -> Option<Vec<Case>> {
        let package = clip(package, MAX_NAME_BYTES);
        let mut cases = Vec::new();
        for (test, (outcome, excerpt)) in self.tests {
            let case = Case::new(&format!("{package}.{test}"), outcome?);
            cases.push(if case.outcome == Outcome::Failed { case.because(excerpt.finish()) } else { case });
        }
        let has_failure = cases.iter().any(|case| case.outcome == Outcome::Failed);
        match verdict {
            Verdict::Passed if has_failure || cases.is_empty() => return None,
            Verdict::NothingToRun if !cases.is_empty() => return None,
            Verdict::Failed | Verdict::NotBuilt if !has_failure => {
                cases.push(Case::new(package, Outcome::Failed))
            }
            Verdict::Passed | Verdict::Failed | Verdict::NotBuilt | Verdict::NothingToRun => {}
        }
        Some(cases)
    }
}
