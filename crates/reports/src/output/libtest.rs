//! `cargo test`: the output of Rust's own test harness, one section for each binary and for the doc tests.

mod names;
mod section;

use super::scan::{Scan, count};
use crate::report::{Counts, Format, Report};
use names::Header;
use section::Section;

/// Reads every section from `running N tests` to its `test result:`.
///
/// The result is unclear if a section has no result or a result no section, if a section begins within another, or
/// if a section's figures do not add up to the number it announced.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut headers = Vec::new();
    let mut sections = Vec::new();
    let mut open: Option<Section> = None;
    let mut span: Option<(usize, usize)> = None;
    let mut is_consistent = true;
    for (number, line) in lines.iter().enumerate() {
        if let Some(header) = Header::parse(line) {
            headers.push(header);
        } else if let Some(announced) = announced(line) {
            is_consistent &= open.is_none();
            span = Some((span.map_or(number, |(first, _)| first), number));
            open = Some(Section::new(announced));
        } else if let Some(counts) = result(line) {
            span = Some((span.map_or(number, |(first, _)| first), number));
            match open.take().and_then(|section| section.finish(counts)) {
                Some(section) => sections.push(section),
                None => is_consistent = false,
            }
        } else if let Some(section) = &mut open {
            section.line(line);
        }
    }
    let Some((first, last)) = span else {
        return Scan::Absent;
    };
    if open.is_some() || !is_consistent {
        let last = if open.is_some() { lines.len() - 1 } else { last };
        return Scan::Unclear { first, last };
    }
    let mut counts = Counts::default();
    for section in &sections {
        counts.passed += section.counts.passed;
        counts.failed += section.counts.failed;
        counts.skipped += section.counts.skipped;
    }
    let cases = names::distinguish(sections.into_iter().map(|section| section.cases).collect(), &headers);
    Scan::of(Some(Report::from_counts(Format::Libtest, counts, cases)), first, last)
}

/// Reads `running 3 tests`.
fn announced(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("running ")?;
    count(rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test"))?)
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
///
/// A benchmark that was measured has passed. Returns `None` if the verdict contradicts the figures.
fn result(line: &str) -> Option<Counts> {
    let (verdict, figures) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut figures = figures.split("; ");
    let mut figure = |what: &str| count(figures.next()?.strip_suffix(what)?);
    let passed = figure(" passed")?;
    let failed = figure(" failed")?;
    let skipped = figure(" ignored")?;
    let measured = figure(" measured")?;
    figure(" filtered out")?;
    let is_whole =
        figures.next().is_none_or(|rest| rest.starts_with("finished in ")) && figures.next().is_none();
    let agrees = match verdict {
        "ok" => failed == 0,
        "FAILED" => failed > 0,
        _ => false,
    };
    (is_whole && agrees).then_some(Counts { passed: passed + measured, failed, skipped })
}
