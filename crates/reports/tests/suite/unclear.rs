//! Output whose figures are not known: no report is better than a wrong one.

use reports::parse_output;
use test_case::test_case;

use crate::fixture::text;

const OK: &str = "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";

#[test_case(""; "nothing")]
#[test_case("hello\nall is well\n"; "no runner")]
#[test_case("test result: ok. 500 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"; "a result without tests")]
#[test_case("running 3 tests\ntest a ... ok\n"; "libtest cut off")]
#[test_case("running 3 tests\n...\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"; "fewer than announced")]
#[test_case("running 1 test\nF\ntest result: ok. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"; "ok with a failure")]
#[test_case("running 1 test\n.\ntest result: FAILED. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n"; "failed without a failure")]
#[test_case("running 2 tests\n.F\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n"; "a failure without a name")]
#[test_case("running 1 test\n.\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; and more\n"; "a result with an unknown end")]
#[test_case("TAP version 13\nok 1 - a\n"; "TAP without a plan")]
#[test_case("1..1\nok 1 - a\nok 2 - b\n"; "more tests than planned")]
#[test_case("1..2\nok 1 - a\nok 1 - b\n"; "a number twice")]
#[test_case("1..2\nok 1 - a\nok 3 - b\n"; "a number beyond the plan")]
#[test_case("1..1\n1..1\nok 1 - a\n"; "two plans")]
#[test_case("ok 1 - a\n1..2\nok 2 - b\n"; "a plan in the middle")]
#[test_case("1..999999999\nok 1 - a\n"; "an absurd plan")]
#[test_case("TAP version 14\n1..1\n    ok 1 - inner\n    1..1\n"; "subtests without their test missing")]
#[test_case("=== RUN   TestA\n"; "go cut off")]
#[test_case("=== RUN   TestA\nhello--- PASS: TestA (0.00s)\nPASS\nok  \tshop\t0.01s\n"; "a go test without an outcome")]
#[test_case("=== RUN   TestA\n--- FAIL: TestA (0.00s)\nok  \tshop\t0.01s\n"; "a go package that passed with a failure")]
#[test_case("    Starting 2 tests across 1 binary\n        PASS [   0.1s] (1/2) demo a\n"; "nextest cut off")]
#[test_case("    Starting 2 tests across 1 binary\n     Summary [   0.1s] 3 tests run: 3 passed, 0 skipped\n"; "nextest with another number than started")]
#[test_case("    Starting 2 tests across 1 binary\n     Summary [   0.1s] 2 tests run: 1 passed, 0 skipped\n"; "a nextest summary that does not add up")]
#[test_case("    Starting 1 test across 1 binary\n        FAIL [   0.1s] (1/1) demo a\n     Summary [   0.1s] 1 test run: 1 passed, 0 skipped\n"; "a nextest summary that denies a failure")]
#[test_case("     Summary [   0.1s] 500 tests run: 500 passed, 0 skipped\n"; "a nextest summary alone")]
#[test_case("=== test session starts ===\ncollected 2 items\n"; "pytest cut off")]
#[test_case("=== test session starts ===\ncollected 2 items\n=== 500 passed in 0.1s ===\n"; "more pytest tests than collected")]
#[test_case("=== test session starts ===\ncollected 2 items\n=== 1 passed in 0.1s ===\n"; "fewer pytest tests than collected")]
#[test_case("=== test session starts ===\ncollected 2 items\n=== 2 passed in 0.1s ===\n=== 1 failed, 1 passed in 0.1s ===\n"; "two pytest summaries that both fit")]
#[test_case("5 passed in 0.1s\n1 failed, 4 passed in 0.1s\n"; "two quiet pytest summaries")]
#[test_case("=== short test summary info ===\nFAILED a.py::b - x\n5 passed in 0.1s\n"; "a quiet pytest summary that denies a failure")]
#[test_case("Test Suites: 1 passed, 1 total\nTests:       1 passed, 2 total\n"; "jest figures that do not add up")]
#[test_case(" RUN  v2.1.9 /src\n\n"; "vitest cut off")]
#[test_case(" RUN  v2.1.9 /src\n Test Files  1 passed (1)\n      Tests  1 passed (2)\n"; "vitest figures that do not add up")]
#[test_case("  1 passing (5ms)\n  2 passing (5ms)\n"; "two mocha summaries")]
#[test_case("ℹ tests 3\nℹ suites 0\nℹ pass 1\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\n"; "node figures that do not add up")]
fn there_is_no_report(output: &str) {
    assert_eq!(parse_output(output), None);
}

#[test_case("libtest_abort.txt"; "a binary that crashed")]
#[test_case("go_plain.txt"; "go without the names of tests")]
#[test_case("node_spec_fake.txt"; "a test that prints TAP")]
fn a_captured_output_gives_no_report(fixture: &str) {
    assert_eq!(parse_output(&text(fixture)), None);
}

#[test_case("libtest_fail.txt", "test result: FAILED. 1 passed")]
#[test_case("nextest_fail.txt", "     Summary [")]
#[test_case("pytest_verbose.txt", "==== 2 failed")]
#[test_case("unittest_verbose.txt", "FAILED (failures")]
#[test_case("tap_node.txt", "1..7")]
#[test_case("go_verbose.txt", "FAIL\texample.com/shop/basket")]
#[test_case("node_spec.txt", "ℹ todo"; "node with its spec reporter")]
#[test_case("jest.txt", "Tests:  ")]
#[test_case("vitest.txt", "      Tests  ")]
fn an_output_that_is_cut_off_before_its_summary_gives_no_report(fixture: &str, at: &str) {
    let text = text(fixture);
    let (before, _) = text.split_once(at).unwrap();
    assert_eq!(parse_output(before), None);
}

#[test]
fn a_result_that_a_test_prints_makes_the_figures_unclear() {
    assert!(parse_output(OK).is_some());
    let fake =
        "test result: ok. 500 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
    assert_eq!(parse_output(&format!("{fake}{OK}")), None);
    assert_eq!(parse_output(&format!("{OK}{fake}")), None);
    assert_eq!(parse_output(&OK.replace("test a", &format!("{fake}test a"))), None);
    assert_eq!(parse_output(&OK.replace("test a", &format!("running 500 tests\n{fake}test a"))), None);
}

#[test]
fn other_runners_sessions_within_a_section_are_not_counted() {
    let inner = text("pytest_verbose.txt");
    let output = format!(
        "running 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n{inner}\n\nfailures:\n    a\n\n\
         test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
    );
    let report = parse_output(&output).unwrap();
    assert_eq!((report.format.as_str(), report.total, report.failed), ("libtest", 1, 1));
}

#[test]
fn a_session_without_failures_around_one_with_failures_is_not_believed() {
    let inner = text("pytest_verbose.txt");
    assert_eq!(parse_output(&format!("TAP version 13\n1..1\n{inner}ok 1 - fine\n")), None);
}

#[test]
fn a_session_without_an_announcement_adds_nothing_to_another() {
    let fake = "1..2\nok 1 - fine\nok 2 - fine\n";
    assert_eq!(parse_output(fake).unwrap().total, 2);
    assert_eq!(parse_output(&format!("{fake}{OK}")), None);
    assert_eq!(parse_output(&format!("5 passed in 0.01s\n{OK}")), None);
}

#[test]
fn a_section_that_a_test_begins_makes_the_figures_unclear() {
    assert_eq!(parse_output(&format!("running 3 tests\ntest b ... ok\n{OK}")), None);
}

#[test]
fn a_session_without_an_announcement_hides_no_other() {
    assert_eq!(parse_output(&format!("1..1\n{OK}ok 1 - fine\n")), None);
}

#[test]
fn a_unittest_verdict_must_count_the_failures_that_are_described() {
    let output = text("unittest_default.txt");
    assert_eq!(parse_output(&output.replace("failures=2, errors=1", "failures=1, errors=1")), None);
    assert_eq!(
        parse_output(&output.replace("FAILED (failures=2, errors=1, skipped=1", "OK (skipped=1")),
        None
    );
}
