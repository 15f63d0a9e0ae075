//! The lines pytest writes.

use crate::output::scan::{count, counted, is_decimal};
use crate::report::{Counts, Outcome};

/// A line that divides or sums up a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// `==== test session starts ====`
    Start,
    /// Any other line between `=` signs.
    Heading(&'a str),
    /// `==== 1 failed, 3 passed in 0.12s ====`
    Summary(Figures),
    /// `1 failed, 3 passed in 0.12s`
    QuietSummary(Figures),
    /// A row of outcomes such as `..F.s   [100%]`.
    Progress,
    /// How many tests are going to run, of `collected 11 items / 8 deselected / 3 selected`.
    Collected(u64),
    /// `!!!! stopping after 1 failures !!!!`
    Interruption,
}

/// The figures of a summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) errors: u64,
    pub(super) skipped: u64,
}

impl<'a> Line<'a> {
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        if line.starts_with('=') && line.ends_with('=') {
            let text = line.trim_matches('=').trim();
            return match (text, Figures::parse(text)) {
                ("", _) => None,
                ("test session starts", _) => Some(Line::Start),
                (_, Some(figures)) => Some(Line::Summary(figures)),
                (heading, None) => Some(Line::Heading(heading)),
            };
        }
        if line.starts_with("!!!") && line.ends_with("!!!") {
            return Some(Line::Interruption);
        }
        let collected = line.strip_prefix("collecting ... ").unwrap_or(line).strip_prefix("collected ");
        if let Some(collected) = collected {
            return collected_tests(collected).map(Line::Collected);
        }
        if let Some(figures) = Figures::parse(line) {
            return Some(Line::QuietSummary(figures));
        }
        let row = line.strip_suffix("%]")?.rsplit_once('[')?.0.trim_end();
        let is_row = !row.is_empty() && row.chars().all(|char| ".FEsxXRpP".contains(char));
        is_row.then_some(Line::Progress)
    }
}

impl Figures {
    /// Reads `1 failed, 3 passed, 2 warnings in 0.12s`, or `no tests ran in 0.01s`.
    fn parse(text: &str) -> Option<Self> {
        let (figures, time) = text.rsplit_once(" in ")?;
        let seconds = time.split(" (").next()?.strip_suffix('s')?;
        if !is_decimal(seconds) {
            return None;
        }
        let mut read = Self::default();
        if figures == "no tests ran" {
            return Some(read);
        }
        for figure in figures.split(", ") {
            let (number, what) = counted(figure)?;
            match what {
                "passed" | "xpassed" => read.passed += number,
                "failed" => read.failed += number,
                "error" | "errors" => read.errors += number,
                "skipped" | "xfailed" => read.skipped += number,
                "deselected" | "warning" | "warnings" | "rerun" | "reruns" => {}
                "subtests passed" | "subtests skipped" | "subtests xfailed" => {}
                _ => return None,
            }
        }
        Some(read)
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { passed: self.passed, failed: self.failed + self.errors, skipped: self.skipped }
    }
}

/// Reads `11 items / 8 deselected / 3 selected`; modules skipped while collecting count as one test each.
fn collected_tests(text: &str) -> Option<u64> {
    let mut parts = text.split(" / ");
    let (number, what) = counted(parts.next()?)?;
    let mut tests = matches!(what, "item" | "items").then_some(number)?;
    for part in parts {
        match counted(part)? {
            (number, "deselected") => tests = tests.checked_sub(number)?,
            (number, "skipped") => tests += number,
            _ => {}
        }
    }
    Some(tests)
}

/// Reads `tests/test_shop.py::test_adds PASSED   [ 33%]` or, with workers, `[gw0] [ 33%] PASSED tests/…`.
pub(super) fn verbose(line: &str) -> Option<(&str, Outcome)> {
    if let Some(worker) = line.strip_prefix("[gw") {
        let (_, rest) = worker.split_once("%] ")?;
        let (word, name) = rest.split_once(' ')?;
        return Some((name.trim_end(), outcome(word)?));
    }
    let line = match line.strip_suffix("%]").and_then(|rest| rest.rsplit_once('[')) {
        Some((rest, percent)) if count(percent.trim()).is_some() => rest.trim_end(),
        _ => line.trim_end(),
    };
    let (name, word) = match line.rsplit_once(' ') {
        Some((name, word)) if outcome(word).is_some() => (name, word),
        _ => {
            let with_reason = ["SKIPPED", "XFAIL", "XPASS"].into_iter().find_map(|word| {
                let at = line.find(&format!(" {word} ("))?;
                Some((&line[..at], word))
            });
            with_reason?
        }
    };
    name.contains("::").then_some((name, outcome(word)?))
}

fn outcome(word: &str) -> Option<Outcome> {
    match word {
        "PASSED" | "XPASS" => Some(Outcome::Passed),
        "FAILED" | "ERROR" => Some(Outcome::Failed),
        "SKIPPED" | "XFAIL" => Some(Outcome::Skipped),
        _ => None,
    }
}

/// Splits `tests/test_shop.py::test_names[a - b] - AssertionError` into the name and the reason.
///
/// A ` - ` within brackets belongs to the name, unless the brackets are never closed.
pub(super) fn name_and_reason(text: &str) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    for (at, char) in text.char_indices() {
        match char {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && text[at..].starts_with(" - ") => {
                return (&text[..at], Some(&text[at + 3..]));
            }
            _ => {}
        }
    }
    match text.split_once(" - ") {
        Some((name, reason)) if depth > 0 => (name, Some(reason)),
        _ => (text, None),
    }
}
