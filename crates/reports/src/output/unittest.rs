//! Python's own `unittest`.

use std::collections::BTreeMap;

use super::scan::{Scan, count, counted};
use crate::limits::Excerpt;
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads every run up to its `Ran N tests` and verdict.
///
/// The result is unclear if the verdict is missing, or if it does not count as many failures and errors as are
/// described. Subtests that fail count as one failed test. The failure of a fixture, which `unittest` does not count
/// as a test, counts as one more.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut run = Run::default();
    let mut reports = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(ran) = ran(line) else {
            if run.line(line, number.checked_sub(1).map_or("", |before| lines[before])) {
                span = Some((span.map_or(number, |(first, _)| first), number));
            }
            continue;
        };
        let last = number + 2;
        let first = span.map_or(number, |(first, _)| first);
        span = Some((first, last.min(lines.len() - 1)));
        let figures = lines.get(last).and_then(|line| verdict(line));
        reports.push(figures.and_then(|figures| std::mem::take(&mut run).report(ran, figures)));
    }
    match (span, reports.is_empty()) {
        (Some((first, last)), false) => {
            Scan::of(reports.into_iter().collect::<Option<Vec<_>>>().and_then(Report::merge), first, last)
        }
        _ => Scan::Absent,
    }
}

/// One run that is being read.
#[derive(Debug, Default)]
struct Run {
    listed: BTreeMap<String, Outcome>,
    described: BTreeMap<String, Excerpt>,
    fixtures: u64,
    failures: u64,
    errors: u64,
    current: Option<String>,
}

/// The figures of a verdict such as `FAILED (failures=2, errors=1, skipped=1)`.
#[derive(Debug, Default)]
struct Figures {
    failures: u64,
    errors: u64,
    skipped: u64,
    unexpected: u64,
}

impl Run {
    /// Reads a line before the verdict and says whether `unittest` wrote it.
    fn line(&mut self, line: &str, before: &str) -> bool {
        if is_rule(before, '=') {
            let failure = line.strip_prefix("FAIL: ");
            let Some(title) = failure.or_else(|| line.strip_prefix("ERROR: ")) else {
                return false;
            };
            match failure {
                Some(_) => self.failures += 1,
                None => self.errors += 1,
            }
            let name = full_name(title).unwrap_or_else(|| title.to_owned());
            let is_new = !self.described.contains_key(&name);
            if is_new && ["setUp", "tearDown"].iter().any(|fixture| title.starts_with(fixture)) {
                self.fixtures += 1;
            }
            self.described.entry(name.clone()).or_default();
            self.current = Some(name);
            return true;
        }
        if is_rule(line, '=') || is_rule(line, '-') {
            return false;
        }
        if let Some(excerpt) = self.current.as_ref().and_then(|name| self.described.get_mut(name)) {
            excerpt.push_line(line);
            return false;
        }
        let Some((title, result)) = line.rsplit_once(" ... ") else {
            return false;
        };
        let (Some(name), Some(outcome)) = (full_name(title).or_else(|| full_name(before)), outcome(result))
        else {
            return false;
        };
        self.listed.insert(name, outcome);
        true
    }

    fn report(self, ran: u64, figures: Figures) -> Option<Report> {
        if figures.failures != self.failures || figures.errors != self.errors {
            return None;
        }
        let described = u64::try_from(self.described.len()).ok()?;
        let failed = described + figures.unexpected;
        let passed = (ran + self.fixtures).checked_sub(failed)?.checked_sub(figures.skipped)?;
        let counts = Counts { passed, failed, skipped: figures.skipped };
        let others = self
            .listed
            .into_iter()
            .filter(|(name, outcome)| *outcome != Outcome::Failed && !self.described.contains_key(name));
        let others: Vec<_> = others.map(|(name, outcome)| Case::new(&name, outcome)).collect();
        let failed = self.described.iter();
        let mut cases: Vec<_> =
            failed.map(|(name, why)| Case::new(name, Outcome::Failed).because(why.finish())).collect();
        if counts.covers(&Counts::of(&others)) {
            cases.extend(others);
        }
        Some(Report::from_counts(Format::Unittest, counts, cases))
    }
}

/// Reads `Ran 7 tests in 0.001s`.
fn ran(line: &str) -> Option<u64> {
    let (number, rest) = counted(line.strip_prefix("Ran ")?)?;
    (rest.starts_with("tests in ") || rest.starts_with("test in ")).then_some(number)
}

fn verdict(line: &str) -> Option<Figures> {
    let rest = line.strip_prefix("OK").or_else(|| line.strip_prefix("FAILED"));
    let rest = rest.or_else(|| line.strip_prefix("NO TESTS RAN"))?;
    let mut figures = Figures::default();
    if !rest.is_empty() {
        for figure in rest.strip_prefix(" (")?.strip_suffix(')')?.split(", ") {
            let (what, number) = figure.split_once('=')?;
            match what {
                "failures" => figures.failures = count(number)?,
                "errors" => figures.errors = count(number)?,
                "skipped" | "expected failures" => figures.skipped += count(number)?,
                "unexpected successes" => figures.unexpected = count(number)?,
                _ => return None,
            }
        }
    }
    let is_bad = figures.failures + figures.errors + figures.unexpected > 0;
    (is_bad == line.starts_with("FAILED")).then_some(figures)
}

/// Reads `test_adds (shop.Basket.test_adds) (i=1)` as `shop.Basket.test_adds`.
///
/// Before Python 3.11 only the class stands in the parentheses; then the name is added to it.
fn full_name(title: &str) -> Option<String> {
    let (name, rest) = title.split_once(" (")?;
    let (path, _) = rest.split_once(')')?;
    let is_name = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    if !is_name(name) || !is_name(path) {
        return None;
    }
    let is_whole = path.rsplit('.').next() == Some(name);
    Some(if is_whole { path.to_owned() } else { format!("{path}.{name}") })
}

fn outcome(result: &str) -> Option<Outcome> {
    match result {
        "ok" => Some(Outcome::Passed),
        "FAIL" | "ERROR" | "unexpected success" => Some(Outcome::Failed),
        "expected failure" => Some(Outcome::Skipped),
        _ => result.starts_with("skipped ").then_some(Outcome::Skipped),
    }
}

fn is_rule(line: &str, of: char) -> bool {
    line.len() == 70 && line.chars().all(|char| char == of)
}
