//! Mocha with its `spec` reporter, which is its default.

use super::outline::{Outline, indented, without_duration};
use super::scan::{Origin, Scan, count, counted};
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads the outline and the closing figures `3 passing (5ms)`, `1 pending` and `1 failing`.
///
/// The result is unclear if the closing figures occur more than once.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut first = None;
    let mut last = 0;
    let mut figures = Vec::new();
    let mut outline = Outline::default();
    let mut cases = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if let Some(passed) = passing(line) {
            let (counts, more) = closing(passed, &lines[number + 1..]);
            first = first.or(Some(number));
            last = number + more;
            figures.push(counts);
        } else if figures.is_empty() && entry(line, &mut outline, &mut cases) {
            first = first.or(Some(number));
        }
    }
    let (Some(first), false) = (first, figures.is_empty()) else {
        return Scan::Absent;
    };
    let report = match figures.as_slice() {
        [counts] => {
            let cases = if counts.covers(&Counts::of(&cases)) { cases } else { Vec::new() };
            Some(Report::from_counts(Format::Mocha, *counts, cases))
        }
        _ => None,
    };
    Scan::of(report, first, last).from(Origin::Unannounced)
}

/// Reads `  3 passing (5ms)`.
fn passing(line: &str) -> Option<u64> {
    let (figure, _) = line.strip_prefix("  ")?.strip_suffix(')')?.split_once(" (")?;
    count(figure.strip_suffix(" passing")?)
}

/// Reads the figures beneath the first, and returns how many lines they take.
fn closing(passed: u64, lines: &[&str]) -> (Counts, usize) {
    let mut counts = Counts { passed, ..Counts::default() };
    let mut more = 0;
    for line in lines.iter().take(2) {
        match line.strip_prefix("  ").and_then(counted) {
            Some((number, "pending")) => counts.add(Outcome::Skipped, number),
            Some((number, "failing")) => counts.add(Outcome::Failed, number),
            _ => break,
        }
        more += 1;
    }
    (counts, more)
}

/// Reads a line of the outline and says whether it names a test.
fn entry<'a>(line: &'a str, outline: &mut Outline<'a>, cases: &mut Vec<Case>) -> bool {
    let (indent, text) = indented(line);
    if indent < 2 || text.is_empty() {
        return false;
    }
    let (mark, title) = text.split_once(' ').unwrap_or((text, ""));
    let outcome = match mark {
        "✔" | "✓" => Outcome::Passed,
        "-" => Outcome::Skipped,
        number if number.strip_suffix(')').and_then(count).is_some() => Outcome::Failed,
        _ => {
            outline.enter(indent, text);
            return false;
        }
    };
    cases.push(Case::new(&outline.name(indent, without_duration(title), " > "), outcome));
    true
}
