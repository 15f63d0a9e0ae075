//! Output of every runner, as captured.

use reports::{Outcome, parse_output};
use test_case::test_case;

use crate::fixture::{check, line, names, text};

#[test_case("libtest_pass.txt", "libtest 11 = 9 + 0 + 2, 11 named; failing: ")]
#[test_case("libtest_fail.txt", "libtest 11 = 7 + 2 + 2, 11 named; failing: returns_error, tests::subtracts")]
#[test_case(
    "libtest_nocapture.txt",
    "libtest 11 = 7 + 2 + 2, 11 named; failing: returns_error, tests::subtracts"
)]
#[test_case("libtest_quiet_pass.txt", "libtest 11 = 9 + 0 + 2, 0 named; failing: ")]
#[test_case(
    "libtest_quiet_fail.txt",
    "libtest 11 = 7 + 2 + 2, 2 named; failing: returns_error, tests::subtracts"
)]
#[test_case("nextest_pass.txt", "nextest 7 = 6 + 0 + 1, 6 named; failing: ")]
#[test_case(
    "nextest_fail.txt",
    "nextest 7 = 4 + 2 + 1, 6 named; failing: demo tests::subtracts, demo::api returns_error"
)]
#[test_case("nextest_cancelled.txt", "nextest 7 = 2 + 1 + 4, 3 named; failing: demo tests::subtracts")]
#[test_case(
    "nextest_crash.txt",
    "nextest 11 = 6 + 4 + 1, 11 named; failing: demo tests::subtracts, demo::api returns_error, demo::crash aborts, demo::crash hangs"
)]
#[test_case(
    "unittest_default.txt",
    "unittest 7 = 2 + 3 + 2, 3 named; failing: ut.Basket.test_raises, ut.Basket.test_sub, ut.Basket.test_total"
)]
#[test_case(
    "unittest_verbose.txt",
    "unittest 7 = 2 + 3 + 2, 7 named; failing: ut.Basket.test_raises, ut.Basket.test_sub, ut.Basket.test_total"
)]
#[test_case("tap_node.txt", "tap 9 = 5 + 2 + 2, 9 named; failing: fails # with hash, parent > child – bad")]
#[test_case("tap_node_pass.txt", "tap 1 = 1 + 0 + 0, 1 named; failing: ")]
#[test_case("tap_perl.txt", "tap 4 = 2 + 1 + 1, 4 named; failing: two")]
#[test_case("tap_mocha.txt", "tap 4 = 1 + 1 + 2, 4 named; failing: basket fails")]
#[test_case(
    "go_verbose.txt",
    "go_test 8 = 4 + 3 + 1, 8 named; failing: example.com/shop/basket.TestTotal, example.com/shop/basket.TestTotal/two_items, example.com/shop/broken [build failed]"
)]
#[test_case(
    "node_spec.txt",
    "node_spec 10 = 5 + 3 + 2, 9 named; failing: fails # with hash, parent > child – bad"
)]
#[test_case("jest.txt", "jest 5 = 2 + 1 + 2, 1 named; failing: jt/a.test.js › basket › fails")]
#[test_case("jest_verbose.txt", "jest 5 = 2 + 1 + 2, 5 named; failing: jt/a.test.js › basket › fails")]
#[test_case("jest_pass.txt", "jest 1 = 1 + 0 + 0, 1 named; failing: ")]
#[test_case("vitest.txt", "vitest 5 = 2 + 1 + 2, 1 named; failing: vt/a.spec.mjs > basket > fails")]
#[test_case("vitest_verbose.txt", "vitest 5 = 2 + 1 + 2, 3 named; failing: vt/a.spec.mjs > basket > fails")]
#[test_case("mocha.txt", "mocha 4 = 1 + 1 + 2, 4 named; failing: basket > fails")]
#[test_case("pytest_none.txt", "pytest 0 = 0 + 0 + 0, 0 named; failing: ")]
#[test_case("pytest_pass.txt", "pytest 2 = 2 + 0 + 0, 2 named; failing: ")]
#[test_case(
    "pytest_first.txt",
    "pytest 3 = 2 + 1 + 0, 3 named; failing: tests/test_shop.py::TestBasket::test_total"
)]
#[test_case("pytest_collect.txt", "pytest 1 = 0 + 1 + 0, 1 named; failing: tests/test_import.py")]
#[test_case("pytest_subtests.txt", "pytest 3 = 1 + 2 + 0, 2 named; failing: sub_test.py::test_sub")]
fn the_report_of_a_runner_is_read(fixture: &str, expected: &str) {
    let report = parse_output(&text(fixture)).unwrap();
    check(&report);
    assert_eq!(line(&report), expected);
}

#[test_case("pytest_default.txt", 4)]
#[test_case("pytest_quiet.txt", 4)]
#[test_case("pytest_color.txt", 4)]
#[test_case("pytest_verbose.txt", 11)]
#[test_case("pytest_xdist.txt", 11)]
fn one_pytest_suite_counts_the_same_however_it_is_printed(fixture: &str, named: usize) {
    let report = parse_output(&text(fixture)).unwrap();
    check(&report);
    assert_eq!((report.total, report.passed, report.failed, report.skipped), (12, 6, 4, 2));
    assert_eq!(report.cases.len(), named);
    let failing = [
        "tests/test_shop.py::TestBasket::test_total",
        r"tests/test_shop.py::test_names[na\xefve \u2013 caf\xe9]",
        "tests/test_shop.py::test_teardown",
        "tests/test_shop.py::test_with_database",
    ];
    assert_eq!(report.failing(), failing);
}

#[test]
fn a_test_named_in_two_binaries_is_prefixed_with_its_binary() {
    let report = parse_output(&text("libtest_pass.txt")).unwrap();
    let passed = names(&report, Outcome::Passed);
    assert!(passed.contains(&"demo src/lib.rs::tests::adds"));
    assert!(passed.contains(&"demo src/main.rs::tests::adds"));
    assert!(passed.contains(&"tests::subtracts"));
}

#[test]
fn binaries_without_headers_are_told_apart_by_their_order() {
    let section = "running 1 test\ntest adds ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
    let report = parse_output(&format!("{section}\n{section}")).unwrap();
    assert_eq!(names(&report, Outcome::Passed), ["binary 1::adds", "binary 2::adds"]);
}

#[test]
fn headers_that_arrive_before_all_sections_still_name_their_binaries() {
    let text = text("libtest_fail.txt");
    let is_header = |line: &&str| line.starts_with("     Running ") || line.starts_with("   Doc-tests ");
    let (headers, others): (Vec<_>, Vec<_>) = text.lines().partition(is_header);
    let reordered = [headers, others].concat().join("\n");
    assert_eq!(parse_output(&reordered), parse_output(&text));
}

#[test]
fn expected_failures_are_skipped_and_unexpected_passes_passed() {
    let report = parse_output(&text("pytest_verbose.txt")).unwrap();
    assert!(names(&report, Outcome::Skipped).contains(&"tests/test_shop.py::test_known_bug"));
    assert!(names(&report, Outcome::Passed).contains(&"tests/test_shop.py::test_bug_is_gone"));
}

#[test]
fn a_test_that_passed_when_tried_again_has_passed() {
    let report = parse_output(&text("nextest_crash.txt")).unwrap();
    assert!(names(&report, Outcome::Passed).contains(&"demo::crash passes_the_second_time"));
}

#[test]
fn runners_one_after_another_are_added_up() {
    let both = text("nextest_fail.txt") + &text("libtest_pass.txt") + &text("pytest_verbose.txt");
    let report = parse_output(&both).unwrap();
    check(&report);
    assert_eq!(report.format.as_str(), "mixed");
    assert_eq!((report.total, report.passed, report.failed, report.skipped), (30, 19, 6, 5));
}

#[test]
fn the_same_runner_twice_is_added_up() {
    let report = parse_output(&text("nextest_fail.txt").repeat(2)).unwrap();
    assert_eq!((report.total, report.failed), (14, 4));
}

#[test]
fn line_ends_of_windows_change_nothing() {
    for fixture in ["libtest_fail.txt", "pytest_verbose.txt", "tap_node.txt", "nextest_crash.txt"] {
        let unix = text(fixture);
        assert_eq!(parse_output(&unix.replace('\n', "\r\n")), parse_output(&unix), "{fixture}");
    }
}
