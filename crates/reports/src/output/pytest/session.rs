//! One pytest session and the checks of its summary.

use std::collections::BTreeMap;

use super::lines::{Figures, Line, name_and_reason, verbose};
use crate::report::{Case, Counts, Format, Outcome, Report};

/// A session that is being read.
#[derive(Debug)]
pub(super) struct Session<'a> {
    header: Header,
    place: Place,
    is_interrupted: bool,
    is_consistent: bool,
    collected: Option<u64>,
    /// The tests of the verbose lines.
    listed: BTreeMap<&'a str, Outcome>,
    summary: ShortSummary<'a>,
    candidates: Vec<Figures>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Header {
    Seen,
    Absent,
}

/// Where in a session the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Progress,
    Details,
    ShortSummary,
}

/// The lines beneath `short test summary info`.
#[derive(Debug, Default)]
struct ShortSummary<'a> {
    failed: Vec<&'a str>,
    errors: Vec<&'a str>,
    subtests: u64,
}

impl<'a> Session<'a> {
    pub(super) fn with_header() -> Self {
        Self { header: Header::Seen, ..Self::without_header() }
    }

    pub(super) fn without_header() -> Self {
        Self {
            header: Header::Absent,
            place: Place::Progress,
            is_interrupted: false,
            is_consistent: true,
            collected: None,
            listed: BTreeMap::new(),
            summary: ShortSummary::default(),
            candidates: Vec::new(),
        }
    }

    pub(super) fn has_header(&self) -> bool {
        self.header == Header::Seen
    }

    pub(super) fn line(&mut self, line: &'a str, read: Option<Line<'a>>) {
        match read {
            Some(Line::Heading("short test summary info")) => {
                self.place = Place::ShortSummary;
                self.summary = ShortSummary::default();
            }
            Some(Line::Heading(_)) => self.place = Place::Details,
            Some(Line::Summary(figures)) if self.header == Header::Seen => self.candidates.push(figures),
            Some(Line::QuietSummary(figures)) => match self.header {
                Header::Absent => self.candidates.push(figures),
                Header::Seen => self.is_consistent &= self.candidates.is_empty(),
            },
            Some(Line::Interruption) => self.is_interrupted = true,
            Some(Line::Collected(tests)) if self.place == Place::Progress => self.collected = Some(tests),
            Some(Line::Summary(_) | Line::Start | Line::Progress | Line::Collected(_)) => {}
            None => match self.place {
                Place::Progress => self.progress(line),
                Place::Details => {}
                Place::ShortSummary => self.summary.line(line),
            },
        }
    }

    /// Ends the session: `None` if there was none, `Some(None)` if its figures are not known.
    pub(super) fn finish(self) -> Option<Option<Report>> {
        match (self.header, self.candidates.len()) {
            (Header::Absent, 0) => None,
            (Header::Absent, 1) | (Header::Seen, 1..) if self.is_consistent => Some(self.report()),
            _ => Some(None),
        }
    }

    fn progress(&mut self, line: &'a str) {
        if let Some((name, outcome)) = verbose(line) {
            let known = self.listed.entry(name).or_insert(outcome);
            if outcome == Outcome::Failed {
                *known = outcome;
            }
        }
    }

    fn report(self) -> Option<Report> {
        let mut fitting = self.candidates.iter().filter(|figures| self.fits(figures));
        let figures = *fitting.next()?;
        if fitting.any(|other| *other != figures) {
            return None;
        }
        let counts = figures.counts();
        let mut cases = BTreeMap::new();
        for text in self.summary.failed.iter().chain(&self.summary.errors) {
            let (name, reason) = name_and_reason(text);
            let case = Case::new(name, Outcome::Failed).because(reason.map(str::to_owned));
            cases.insert(name, case);
        }
        let mut all = cases.clone();
        for (name, outcome) in self.listed {
            all.entry(name).or_insert_with(|| Case::new(name, outcome));
        }
        let all: Vec<_> = all.into_values().collect();
        let cases = if counts.covers(&Counts::of(&all)) { all } else { cases.into_values().collect() };
        Some(Report::from_counts(Format::Pytest, counts, cases))
    }

    /// Says whether a summary agrees with how many tests were collected and which are named as failed.
    fn fits(&self, figures: &Figures) -> bool {
        let summary = &self.summary;
        let named = |names: &[&str], more: u64| u64::try_from(names.len()).unwrap_or(u64::MAX) + more;
        let agrees = |named: u64, counted: u64| named == 0 || named == counted;
        let ran = figures.passed + figures.failed + figures.skipped;
        let fits_collection =
            self.collected.is_none_or(|collected| match ran.checked_sub(summary.subtests) {
                Some(ran) => ran <= collected && (self.is_interrupted || collected <= ran + figures.errors),
                None => false,
            });
        fits_collection
            && agrees(named(&summary.failed, summary.subtests), figures.failed)
            && agrees(named(&summary.errors, 0), figures.errors)
    }
}

impl<'a> ShortSummary<'a> {
    fn line(&mut self, line: &'a str) {
        if let Some(test) = line.strip_prefix("FAILED ") {
            self.failed.push(test);
        } else if let Some(test) = line.strip_prefix("ERROR ") {
            self.errors.push(test);
        } else if line.starts_with("SUBFAIL") {
            self.subtests += 1;
        }
    }
}
