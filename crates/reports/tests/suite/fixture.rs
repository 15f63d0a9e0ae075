//! Reading fixtures and printing reports in one line.

use std::path::PathBuf;

use reports::{Outcome, Report};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures"].iter().collect()
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

pub fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

/// Returns the content of all fixtures whose names end so.
pub fn all(suffix: &str) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(suffix))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names.iter().map(|name| text(name)).collect()
}

/// Prints a report as `libtest 11 = 7 + 2 + 2, 11 named; failing: answers, tests::adds`.
pub fn line(report: &Report) -> String {
    let Report { total, passed, failed, skipped, .. } = report;
    let named = report.cases.len();
    let format = report.format.as_str();
    let failing = report.failing().join(", ");
    format!("{format} {total} = {passed} + {failed} + {skipped}, {named} named; failing: {failing}")
}

/// Returns the names of the tests with one outcome.
pub fn names(report: &Report, outcome: Outcome) -> Vec<&str> {
    let cases = report.cases.iter().filter(|case| case.outcome == outcome);
    cases.map(|case| case.name.as_str()).collect()
}

/// Checks what holds for every report.
pub fn check(report: &Report) {
    assert_eq!(report.total, report.passed + report.failed + report.skipped);
    assert!(report.cases.len() as u64 <= report.total);
    assert!(report.cases.is_sorted_by(|one, other| one.name <= other.name));
    for (outcome, counted) in [
        (Outcome::Passed, report.passed),
        (Outcome::Failed, report.failed),
        (Outcome::Skipped, report.skipped),
    ] {
        assert!(names(report, outcome).len() as u64 <= counted);
    }
    for case in &report.cases {
        assert!(case.name.len() <= reports::MAX_NAME_BYTES);
        assert!(case.message.as_ref().is_none_or(|message| message.len() <= reports::MAX_MESSAGE_BYTES));
    }
}
