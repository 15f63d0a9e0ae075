//! Finds out which test runners wrote an output, and what they reported.

mod go_test;
mod jest;
mod libtest;
mod mocha;
mod nextest;
mod node_spec;
mod outline;
mod plain;
mod pytest;
mod scan;
mod tap;
mod unittest;
mod vitest;

use crate::report::Report;
pub(crate) use plain::without_escapes;
use scan::{Origin, Scan};

/// Reads the results of a test run from what it printed, standard output and standard error in one text.
///
/// The runner is recognised by its output. Where several ran one after another their reports are merged; what
/// appears within the session of another runner is output of a test and is not counted. Returns `None` if no
/// runner is recognised, or if anything contradicts itself, is cut off before its summary, or overlaps: then the
/// figures are not known, and none are made up.
pub fn parse_output(output: &str) -> Option<Report> {
    let text = without_escapes(output);
    let lines: Vec<&str> = text.lines().collect();
    let mut scans = vec![
        libtest::scan(&lines),
        nextest::scan(&lines),
        pytest::scan(&lines),
        unittest::scan(&lines),
        tap::scan(&lines),
        go_test::scan(&lines),
        node_spec::scan(&lines),
        jest::scan(&lines),
        vitest::scan(&lines),
        mocha::scan(&lines),
    ];
    scans.retain(|scan| !matches!(scan, Scan::Absent));
    scans.sort_by_key(|scan| (scan.first(), std::cmp::Reverse(scan.last())));
    combine(scans)
}

/// Merges what the parsers found, in the order of where each began.
///
/// A session without an announcement is believed only if it is the only one: a test that prints lines of its shape
/// before or after another runner's session must not add to the counts.
fn combine(scans: Vec<Scan>) -> Option<Report> {
    let mut sessions: Vec<Session> = Vec::new();
    for scan in scans {
        if let Some(outer) = sessions.last()
            && scan.first() <= outer.last
        {
            let is_within = scan.last() <= outer.last;
            let hides_failure = scan.failures() > 0 && outer.report.failed == 0;
            let is_doubtful = outer.origin == Origin::Unannounced && scan.origin() == Origin::Announced;
            if !is_within || hides_failure || is_doubtful {
                return None;
            }
            continue;
        }
        match scan {
            Scan::Absent => {}
            Scan::Unclear { .. } => return None,
            Scan::Found { report, last, origin, .. } => sessions.push(Session { report, last, origin }),
        }
    }
    let are_announced = sessions.iter().all(|session| session.origin == Origin::Announced);
    if sessions.len() > 1 && !are_announced {
        return None;
    }
    Report::merge(sessions.into_iter().map(|session| session.report))
}

/// What one runner reported, up to its last line.
struct Session {
    report: Report,
    last: usize,
    origin: Origin,
}
