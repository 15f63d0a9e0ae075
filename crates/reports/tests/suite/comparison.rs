//! Merging and comparing reports.

use reports::{Comparison, Format, Report, compare, parse_junit, parse_output};
use test_case::test_case;

use crate::fixture::{check, line, text};

/// Makes a report of tests given as `+passed -failed ~skipped`.
fn report(tests: &str) -> Report {
    let case = |test: &str| {
        let inner = match &test[..1] {
            "+" => "",
            "-" => "<failure/>",
            _ => "<skipped/>",
        };
        format!("<testcase name='{}'>{inner}</testcase>", &test[1..])
    };
    let cases: String = tests.split_whitespace().map(case).collect();
    parse_junit(format!("<testsuite>{cases}</testsuite>").as_bytes()).unwrap()
}

#[test_case("-a +b", "+a +b", [&[], &["a"], &[]]; "a failure is fixed")]
#[test_case("+a +b", "+a -b", [&["b"], &[], &[]]; "a passing test fails")]
#[test_case("+a ~b", "+a -b", [&["b"], &[], &[]]; "a skipped test fails")]
#[test_case("+a", "+a -b", [&["b"], &[], &[]]; "a new test fails")]
#[test_case("-a", "-a", [&[], &[], &[]]; "a failure stays")]
#[test_case("-a +b", "~a +b", [&[], &[], &[]]; "a skipped failure is not fixed")]
#[test_case("-a +b ~c", "+d", [&[], &[], &["a", "b", "c"]]; "removed tests")]
#[test_case("-a +a", "+a", [&[], &["a"], &[]]; "a name that failed once failed")]
#[test_case("+a", "+a -a", [&["a"], &[], &[]]; "a name that fails once fails")]
#[test_case("-a", "~a +a", [&[], &["a"], &[]]; "a name that passes once has passed")]
fn runs_are_compared(earlier: &str, later: &str, expected: [&[&str]; 3]) {
    let [newly_failing, fixed, removed] =
        expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    let comparison = compare(&report(earlier), &report(later));
    assert_eq!(comparison, Comparison { newly_failing, fixed, removed });
}

#[test]
fn nothing_is_removed_where_not_all_tests_are_named() {
    let earlier = parse_output(&text("pytest_verbose.txt")).unwrap();
    let later = parse_output(&text("pytest_quiet.txt")).unwrap();
    assert_eq!(compare(&earlier, &later), Comparison::default());
}

#[test]
fn no_reports_merge_to_none() {
    assert_eq!(Report::merge([]), None);
}

#[test]
fn reports_are_merged_and_sorted() {
    let merged = Report::merge([report("+c -a"), report("~b -a")]).unwrap();
    check(&merged);
    assert_eq!(line(&merged), "junit_xml 4 = 1 + 2 + 1, 4 named; failing: a");
    let names: Vec<_> = merged.cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["a", "a", "b", "c"]);
}

#[test]
fn only_so_many_cases_are_listed_and_failed_ones_first() {
    let passed: String = (0..60_000).map(|number| format!("+a{number} ")).collect();
    let report = report(&format!("{passed} -z"));
    check(&report);
    assert_eq!((report.total, report.cases.len()), (60_001, reports::MAX_CASES));
    assert_eq!(report.failing(), ["z"]);
    assert!(!report.is_complete());
}

#[test_case(Format::JunitXml)]
#[test_case(Format::Libtest)]
#[test_case(Format::Nextest)]
#[test_case(Format::Pytest)]
#[test_case(Format::Unittest)]
#[test_case(Format::Tap)]
#[test_case(Format::GoTest)]
#[test_case(Format::NodeSpec)]
#[test_case(Format::Jest)]
#[test_case(Format::Vitest)]
#[test_case(Format::Mocha)]
#[test_case(Format::Mixed)]
fn a_formats_name_is_the_one_it_is_stored_by(format: Format) {
    assert_eq!(serde_json::to_value(format).unwrap(), format.as_str());
}

#[test]
fn a_report_survives_being_stored() {
    let report = parse_output(&text("libtest_fail.txt")).unwrap();
    let stored = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&stored).unwrap(), report);
}
