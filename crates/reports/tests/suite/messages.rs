//! Why tests failed, as far as it is told.

use reports::{MAX_MESSAGE_BYTES, MAX_NAME_BYTES, Report, parse_junit, parse_output};
use test_case::test_case;

use crate::fixture::{bytes, text};

fn message(report: &Report, name: &str) -> Option<String> {
    report.cases.iter().find(|case| case.name == name).unwrap().message.clone()
}

#[test_case("libtest_fail.txt", "tests::subtracts", "assertion `left == right` failed: naïve ✗ difference")]
#[test_case(
    "nextest_fail.txt",
    "demo tests::subtracts",
    "assertion `left == right` failed: naïve ✗ difference"
)]
#[test_case("pytest_verbose.txt", "tests/test_shop.py::test_with_database", "RuntimeError: no database")]
#[test_case("unittest_default.txt", "ut.Basket.test_total", "AssertionError: 3 != 4")]
#[test_case("tap_node.txt", "fails # with hash", "error: 'numbers differ'")]
#[test_case("tap_perl.txt", "two", "got: '1'")]
#[test_case(
    "go_verbose.txt",
    "example.com/shop/basket.TestTotal/two_items",
    "basket_test.go:17: got 4, want 3"
)]
fn the_reason_is_kept(fixture: &str, name: &str, part: &str) {
    let message = message(&parse_output(&text(fixture)).unwrap(), name).unwrap();
    assert!(message.contains(part), "{message}");
}

#[test]
fn a_message_of_one_test_does_not_run_into_the_next() {
    let report = parse_output(&text("tap_node.txt")).unwrap();
    let message = message(&report, "fails # with hash").unwrap();
    assert!(!message.contains("duration_ms: 0.116013"), "{message}");
}

#[test]
fn the_reason_in_junit_is_its_message_and_its_text() {
    let report = parse_junit(&bytes("junit_surefire.xml")).unwrap();
    let message = message(&report, "com.example.BasketTest::total").unwrap();
    let expected = "expected: <4> but was: <3>\norg.opentest4j.AssertionFailedError: expected: <4> but was: <3>\n\tat com.example.BasketTest.total(BasketTest.java:17)";
    assert_eq!(message, expected);
}

#[test]
fn long_names_and_messages_are_cut_between_characters() {
    let name = "é".repeat(3000);
    let xml =
        format!("<testsuite><testcase name='x{name}'><failure>y{name}</failure></testcase></testsuite>");
    let report = parse_junit(xml.as_bytes()).unwrap();
    assert_eq!(report.cases[0].name.len(), MAX_NAME_BYTES - 1);
    assert_eq!(message(&report, &report.cases[0].name).unwrap().len(), MAX_MESSAGE_BYTES - 1);
}

#[test]
fn escapes_in_junit_messages_are_removed() {
    let xml =
        "<testsuite><testcase name='a'><failure>\u{1b}[31mred\u{1b}[0m</failure></testcase></testsuite>";
    let report = parse_junit(xml.as_bytes()).unwrap();
    assert_eq!(message(&report, "a").as_deref(), Some("red"));
}
