//! What one parser makes of an output, and the small readers all parsers share.

use crate::report::Report;

/// What one runner's parser found, with the lines it spans.
#[derive(Debug)]
pub(super) enum Scan {
    /// This runner did not write here.
    Absent,
    /// This runner wrote here, and what it did is not known.
    Unclear { first: usize, last: usize },
    /// This runner's results.
    Found { report: Report, first: usize, last: usize, origin: Origin },
}

/// How sure it is that a runner's session began where its first line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The runner announced itself.
    Announced,
    /// Lines of its shape begin anywhere, so that something else may have written them.
    Unannounced,
}

impl Scan {
    /// Makes the scan of a runner whose lines span `first..=last`; without a report it is unclear.
    pub(super) fn of(report: Option<Report>, first: usize, last: usize) -> Self {
        match report {
            Some(report) => Scan::Found { report, first, last, origin: Origin::Announced },
            None => Scan::Unclear { first, last },
        }
    }

    /// Tells how the runner's session began.
    pub(super) fn from(mut self, began: Origin) -> Self {
        if let Scan::Found { origin, .. } = &mut self {
            *origin = began;
        }
        self
    }

    /// Returns the first line of the runner's session.
    pub(super) fn first(&self) -> usize {
        match self {
            Scan::Absent => usize::MAX,
            Scan::Unclear { first, .. } | Scan::Found { first, .. } => *first,
        }
    }

    /// Returns the last line of the runner's session.
    pub(super) fn last(&self) -> usize {
        match self {
            Scan::Absent => usize::MAX,
            Scan::Unclear { last, .. } | Scan::Found { last, .. } => *last,
        }
    }

    /// Returns how the runner's session began.
    pub(super) fn origin(&self) -> Origin {
        match self {
            Scan::Absent | Scan::Unclear { .. } => Origin::Unannounced,
            Scan::Found { origin, .. } => *origin,
        }
    }

    /// Returns how many failed tests were found.
    pub(super) fn failures(&self) -> u64 {
        match self {
            Scan::Absent | Scan::Unclear { .. } => 0,
            Scan::Found { report, .. } => report.failed,
        }
    }
}

/// Reads a count: one to nine digits and nothing else, so that sums of counts cannot overflow.
pub(super) fn count(text: &str) -> Option<u64> {
    let plausible = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plausible { text.parse().ok() } else { None }
}

/// Reads `<count> <what>`.
pub(super) fn counted(text: &str) -> Option<(u64, &str)> {
    let (number, what) = text.split_once(' ')?;
    Some((count(number)?, what))
}

/// Says whether `text` is a duration in seconds such as `0.12`.
pub(super) fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
