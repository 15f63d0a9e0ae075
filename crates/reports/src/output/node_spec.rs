//! Node's test runner with its `spec` reporter, which is its default on a terminal.

use super::outline::{Outline, indented, without_duration};
use super::scan::{Origin, Scan, count};
use crate::report::{Case, Counts, Format, Outcome, Report};

/// Reads the outline and the closing figures `ℹ tests 10` to `ℹ todo 1`.
///
/// The figures include tests that contain others, so that fewer tests are named than counted. The result is unclear
/// if the figures do not add up or occur more than once.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut first = None;
    let mut last = 0;
    let mut figures = Vec::new();
    let mut outline = Outline::default();
    let mut cases = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with("ℹ tests ") {
            first = first.or(Some(number));
            last = (number + 6).min(lines.len() - 1);
            figures.push(closing(&lines[number..]));
        } else if figures.is_empty() && entry(line, &mut outline, &mut cases) {
            first = first.or(Some(number));
        }
    }
    let (Some(first), false) = (first, figures.is_empty()) else {
        return Scan::Absent;
    };
    let report = match figures.as_slice() {
        [Some(counts)] => {
            let cases = if counts.covers(&Counts::of(&cases)) { cases } else { Vec::new() };
            Some(Report::from_counts(Format::NodeSpec, *counts, cases))
        }
        _ => None,
    };
    Scan::of(report, first, last).from(Origin::Unannounced)
}

/// Reads a line of the outline and says whether it is one.
fn entry<'a>(line: &'a str, outline: &mut Outline<'a>, cases: &mut Vec<Case>) -> bool {
    let (indent, text) = indented(line);
    let Some((mark, title)) = text.split_once(' ') else {
        return false;
    };
    let (title, directive) = match title.rfind(") # ") {
        Some(at) => (&title[..=at], &title[at + 4..]),
        None => (title, ""),
    };
    let outcome = match mark {
        "▶" => {
            outline.enter(indent, without_duration(title));
            return true;
        }
        "✔" => Outcome::Passed,
        "✖" if directive.starts_with("TODO") => Outcome::Skipped,
        "✖" => Outcome::Failed,
        "﹣" => Outcome::Skipped,
        _ => return false,
    };
    let title = without_duration(title);
    if !outline.close(indent, title) {
        cases.push(Case::new(&outline.name(indent, title, " > "), outcome));
    }
    true
}

fn closing(lines: &[&str]) -> Option<Counts> {
    let mut lines = lines.iter();
    let mut figure = |what: &str| {
        let rest = lines.next()?.strip_prefix("ℹ ")?;
        count(rest.strip_prefix(what)?.strip_prefix(' ')?)
    };
    let tests = figure("tests")?;
    figure("suites")?;
    let passed = figure("pass")?;
    let failed = figure("fail")? + figure("cancelled")?;
    let skipped = figure("skipped")? + figure("todo")?;
    (passed + failed + skipped == tests).then_some(Counts { passed, failed, skipped })
}
