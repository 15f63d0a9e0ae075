//! The Test Anything Protocol, versions 12 to 14.

mod document;
mod line;

use super::scan::{Origin, Scan};
use crate::report::Report;
use document::Document;
use line::{Content, Line};

/// Reads every document; each begins with its version, except that the first may have none.
///
/// Tests are counted where no subtests are within them; a test with subtests is named before each of theirs, and is
/// counted itself only if it failed and none of them did. Tests that the plan announced and that never came count
/// as failed, and so does bailing out. A failed test that is marked `TODO` counts as skipped.
///
/// The result is unclear without a plan, unless the run bailed out, and if the plan or the tests' numbers contradict
/// the tests.
pub(super) fn scan(lines: &[&str]) -> Scan {
    let mut span: Option<(usize, usize)> = None;
    let mut documents: Vec<Document> = Vec::new();
    for (number, text) in lines.iter().enumerate() {
        let Some(line) = Line::parse(text) else {
            if let Some(document) = documents.last_mut() {
                document.other(text);
            }
            continue;
        };
        let is_own = match documents.last_mut() {
            _ if line.content == Content::Version => {
                documents.push(Document::new(Origin::Announced));
                true
            }
            Some(document) => document.line(&line, text),
            None if line.depth == 0 => {
                documents.push(Document::new(Origin::Unannounced));
                documents.last_mut().is_some_and(|document| document.line(&line, text))
            }
            None => false,
        };
        if is_own {
            span = Some((span.map_or(number, |(first, _)| first), number));
        }
    }
    documents.retain(Document::is_plausible);
    let is_guess = documents.iter().any(|document| document.origin() == Origin::Unannounced);
    match (span, documents.len()) {
        (None, _) | (_, 0) => Scan::Absent,
        (Some((first, last)), 2..) if is_guess => Scan::Unclear { first, last },
        (Some((first, last)), _) => {
            let reports = documents.into_iter().map(Document::finish).collect::<Option<Vec<_>>>();
            let origin = if is_guess { Origin::Unannounced } else { Origin::Announced };
            Scan::of(reports.and_then(Report::merge), first, last).from(origin)
        }
    }
}
