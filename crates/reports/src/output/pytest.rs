//! `pytest`, with any verbosity that prints a summary.

mod lines;
mod session;

use super::scan::{Origin, Scan};
use crate::report::Report;
use lines::Line;
use session::Session;

/// Reads every session up to its summary `= 1 failed, 3 passed in 0.12s =`.
///
/// With `--quiet` there is no header and no `=`; then the summary must be the only one. The result is unclear if a
/// session has no summary that fits its other lines, or several that differ. Expected failures count as skipped and
/// unexpected passes as passed, as in pytest's own JUnit report; errors count as failed.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut session = Session::without_header();
    let mut reports: Vec<Option<Report>> = Vec::new();
    let mut origin = Origin::Unannounced;
    for (number, line) in lines.iter().enumerate() {
        let read = Line::parse(line);
        let is_mark = match &read {
            Some(Line::Start) => {
                origin = Origin::Announced;
                let finished = std::mem::replace(&mut session, Session::with_header());
                reports.extend(finished.finish());
                true
            }
            Some(Line::Summary(_) | Line::QuietSummary(_) | Line::Progress) => true,
            Some(Line::Heading(_) | Line::Interruption | Line::Collected(_)) | None => false,
        };
        if session.has_header() || matches!(read, Some(Line::Progress | Line::QuietSummary(_))) {
            span = if is_mark { Some((span.map_or(number, |(first, _)| first), number)) } else { span };
        }
        session.line(line, read);
    }
    reports.extend(session.finish());
    match span {
        Some((first, last)) if !reports.is_empty() => {
            let report = reports.into_iter().collect::<Option<Vec<_>>>().and_then(Report::merge);
            Scan::of(report, first, last).from(origin)
        }
        _ => Scan::Absent,
    }
}
