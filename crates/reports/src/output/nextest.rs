//! `cargo nextest run`.

use std::collections::BTreeMap;

use super::scan::{Scan, count, counted};
use crate::limits::Excerpt;
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads every run from its `Starting N tests` to its `Summary` and the statuses repeated after it.
///
/// The result is unclear if a run has no summary, if the summary is not about as many tests as were started, or if
/// more tests are listed with an outcome than the summary counts. A test that was tried again has the outcome of its
/// last try. Tests that were started with and never ran, because the run was cancelled, are counted as skipped.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut open: Option<Run> = None;
    let mut finished: Vec<(Counts, Run)> = Vec::new();
    let mut is_consistent = true;
    let mut is_repeating = false;
    for (number, line) in lines.iter().enumerate() {
        let before = span;
        span = Some((span.map_or(number, |(first, _)| first), number));
        if let Some(started) = started(line) {
            is_consistent &= open.is_none();
            open = Some(Run::new(started));
        } else if let Some((run, counts)) = summary(line) {
            is_repeating = true;
            match open.take() {
                Some(known) if known.started == run => finished.push((counts, known)),
                Some(_) | None => is_consistent = false,
            }
        } else if let Some(run) = &mut open {
            run.line(line);
        } else if let (true, Some(status), Some((_, run))) = (is_repeating, status(line), finished.last_mut())
        {
            run.status(&status);
        } else {
            is_repeating = false;
            span = before;
        }
    }
    let Some((first, last)) = span else {
        return Scan::Absent;
    };
    if open.is_some() || !is_consistent {
        return Scan::Unclear { first, last };
    }
    let reports = finished.into_iter().map(|(counts, run)| run.report(counts));
    Scan::of(reports.collect::<Option<Vec<_>>>().and_then(Report::merge), first, last)
}

/// One run that is being read.
#[derive(Debug)]
struct Run<'a> {
    started: u64,
    tests: BTreeMap<&'a str, (Outcome, Excerpt)>,
    failing: Option<&'a str>,
}

/// A line such as `        FAIL [   0.004s] (3/6) shop tests::adds`.
#[derive(Debug)]
struct Status<'a> {
    outcome: Option<Outcome>,
    test: &'a str,
}

impl<'a> Run<'a> {
    fn new(started: u64) -> Self {
        Self { started, tests: BTreeMap::new(), failing: None }
    }

    fn line(&mut self, line: &'a str) {
        if let Some(status) = status(line) {
            self.status(&status);
        } else if line.starts_with("────") || line.starts_with("  Cancelling ") {
            self.failing = None;
        } else if let Some((_, excerpt)) = self.failing.and_then(|name| self.tests.get_mut(name)) {
            excerpt.push_line(line);
        }
    }

    fn status(&mut self, status: &Status<'a>) {
        self.failing = None;
        let Some(outcome) = status.outcome else { return };
        let known = self.tests.entry(status.test).or_insert_with(|| (outcome, Excerpt::default()));
        known.0 = outcome;
        if outcome == Outcome::Failed {
            self.failing = Some(status.test);
        }
    }

    fn report(self, counts: Counts) -> Option<Report> {
        let case = |(name, (outcome, excerpt)): (&str, (Outcome, Excerpt))| match outcome {
            Outcome::Failed => Case::new(name, outcome).because(excerpt.finish()),
            Outcome::Passed | Outcome::Skipped => Case::new(name, outcome),
        };
        let cases: Vec<_> = self.tests.into_iter().map(case).collect();
        counts.covers(&Counts::of(&cases)).then(|| Report::from_counts(Format::Nextest, counts, cases))
    }
}

/// Reads `    Starting 6 tests across 3 binaries (1 test skipped)`.
fn started(line: &str) -> Option<u64> {
    let (number, rest) = counted(line.strip_prefix("    Starting ")?)?;
    (rest.starts_with("tests across ") || rest.starts_with("test across ")).then_some(number)
}

/// Reads `     Summary [   0.014s] 3/6 tests run: 2 passed (1 slow), 1 failed, 1 skipped`.
///
/// Returns how many tests the run was about, and the counts. `None` if a figure is unknown or they do not add up.
fn summary(line: &str) -> Option<(u64, Counts)> {
    let (time, rest) = line.strip_prefix("     Summary [")?.split_once("] ")?;
    let (run, figures) = rest.split_once(" tests run: ").or_else(|| rest.split_once(" test run: "))?;
    let (run, initial) = match run.split_once('/') {
        Some((run, initial)) => (count(run)?, count(initial)?),
        None => (count(run)?, count(run)?),
    };
    let mut counts = Counts::default();
    for figure in without_parentheses(figures).split(',') {
        let (number, what) = counted(figure.trim())?;
        let outcome = match what.trim() {
            "passed" => Outcome::Passed,
            "failed" | "exec failed" | "timed out" => Outcome::Failed,
            "skipped" => Outcome::Skipped,
            _ => return None,
        };
        counts.add(outcome, number);
    }
    let adds_up = is_time(time) && counts.passed + counts.failed == run;
    let not_run = initial.checked_sub(run)?;
    counts.add(Outcome::Skipped, not_run);
    adds_up.then_some((initial, counts))
}

fn status(line: &str) -> Option<Status<'_>> {
    let (word, rest) = line.split_once(" [")?;
    let (time, rest) = rest.split_once("] ")?;
    if !is_time(time) || word.len() < 11 || word.trim().len() > 24 {
        return None;
    }
    let test = match rest.strip_prefix('(') {
        Some(counter) => counter.split_once(") ")?.1,
        None => rest,
    };
    test.contains(' ').then(|| Status { outcome: outcome(word.trim()), test: test.trim() })
}

/// Returns what a status word means for the test, `None` if it says nothing yet.
///
/// Whatever is not known to be harmless is a failure: nextest has a word for every signal.
fn outcome(word: &str) -> Option<Outcome> {
    let mut words = word.split_whitespace();
    let mut word = words.next()?;
    if word == "TRY" {
        words.next()?;
        word = words.next()?;
    }
    match word {
        "PASS" | "LEAK" | "FLAKY" | "TMPASS" => Some(Outcome::Passed),
        "SKIP" => Some(Outcome::Skipped),
        "SLOW" | "TRMNTG" | "TERMINATING" | "START" | "RETRY" | "DELAY" | "SETUP" => None,
        _ => word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-').then_some(Outcome::Failed),
    }
}

fn is_time(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b's' | b'>'))
}

fn without_parentheses(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut is_within = false;
    for char in text.chars() {
        match char {
            '(' => is_within = true,
            ')' => is_within = false,
            other if !is_within => kept.push(other),
            _ => {}
        }
    }
    kept
}
