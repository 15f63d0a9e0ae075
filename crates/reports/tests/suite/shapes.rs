//! Shapes of output that the captured ones do not have.

use reports::{Outcome, parse_output};
use test_case::test_case;

use crate::fixture::{check, line, names};

const RESULT: &str = "0 measured; 0 filtered out; finished in 0.00s\n";

#[test_case("1..0 # SKIP nothing to do\nTAP version 13\n1..0\n", "tap 0 = 0 + 0 + 0, 0 named; failing: "; "a plan of no test")]
#[test_case("1..3\nok 1 - a\nnot ok 3 - c\n", "tap 3 = 1 + 2 + 0, 3 named; failing: 2 (planned, never ran), c"; "a planned test never ran")]
#[test_case("1..2\nok 1 - a\nBail out! no disk\n", "tap 3 = 1 + 2 + 0, 3 named; failing: 2 (planned, never ran), Bail out!"; "bailing out")]
#[test_case("1..3\nok 1\nok - b # skip later\nnot ok 3 c # TODO\n", "tap 3 = 1 + 0 + 2, 3 named; failing: "; "names and directives")]
#[test_case("TAP version 14\n1..1\n    ok 1 - in\n    1..1\nnot ok 1 - out\n", "tap 2 = 1 + 1 + 0, 2 named; failing: out"; "a test that fails after its subtests")]
#[test_case("TAP version 14\n1..1\n    not ok 1 - in\n    1..1\nnot ok 1 - out # TODO\n", "tap 1 = 0 + 0 + 1, 1 named; failing: "; "subtests of a test to do")]
#[test_case("1..1\nok 1 - a\n  ---\n  text: |\n    ok 2 - fake\n  ...\n", "tap 1 = 1 + 0 + 0, 1 named; failing: "; "a test point in a block of details")]
#[test_case("TAP version 13\n1..1\nok 1\nTAP version 13\n1..1\nnot ok 1\n", "tap 2 = 1 + 1 + 0, 2 named; failing: 1"; "two documents")]
#[test_case("no tests ran in 0.01s\n", "pytest 0 = 0 + 0 + 0, 0 named; failing: "; "a quiet pytest without tests")]
#[test_case("== test session starts ==\ncollected 1 item / 1 skipped\n\na.py .  [100%]\n\n== 1 passed, 1 skipped, 3 warnings in 65.10s (0:01:05) ==\n", "pytest 2 = 1 + 0 + 1, 0 named; failing: "; "a module that is skipped")]
#[test_case("== test session starts ==\ncollected 1 item\n\na.py::t[x - y] FAILED\n\n== short test summary info ==\nFAILED a.py::t[x - y] - z - w\n== 1 failed in 0.10s ==\n", "pytest 1 = 0 + 1 + 0, 1 named; failing: a.py::t[x - y]"; "a dash in brackets")]
#[test_case("Test Suites: 1 failed, 1 total\nTests:       0 total\nSnapshots:   0 total\n", "jest 1 = 0 + 1 + 0, 0 named; failing: "; "a jest suite that cannot run")]
#[test_case(" RUN  v3.0.0 /src\n\n FAIL  a.spec.ts [ a.spec.ts ]\nError\n\n Test Files  1 failed (1)\n      Tests  no tests\n", "vitest 1 = 0 + 1 + 0, 1 named; failing: a.spec.ts"; "a vitest file that cannot run")]
#[test_case("=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nexit status 1\nFAIL\tshop\t0.01s\n", "go_test 2 = 1 + 1 + 0, 2 named; failing: shop"; "a go package that fails without a test")]
#[test_case("    Starting 1 test across 1 binary (1 test skipped; run ID: 1, nextest profile: default)\n     SIGSEGV [   0.100s] demo::crash a::b\n--- STDOUT:              demo::crash a::b ---\n\nrunning 1 test\n\n     Summary [   0.100s] 1 test run: 0 passed, 1 failed, 1 skipped\n", "nextest 2 = 0 + 1 + 1, 1 named; failing: demo::crash a::b"; "an older nextest")]
fn it_is_read(output: &str, expected: &str) {
    let report = parse_output(output).unwrap();
    check(&report);
    assert_eq!(line(&report), expected);
}

#[test]
fn libtest_benchmarks_durations_and_kinds_of_tests_are_read() {
    let report = parse_output(&format!(
        "running 5 tests\ntest a ... bench:       1,234 ns/iter (+/- 5)\ntest b ... ok <0.001s>\n\
         test c - should panic ... ok\ntest d ... FAILED (time limit exceeded)\ntest e ... ignored\n\n\
         failures:\n    d\n\ntest result: FAILED. 2 passed; 1 failed; 1 ignored; 1 measured; 7 filtered out\n\n\
         running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; {RESULT}"
    ));
    let report = report.unwrap();
    assert_eq!(line(&report), "libtest 5 = 3 + 1 + 1, 5 named; failing: d");
    assert_eq!(names(&report, Outcome::Passed), ["a", "b", "c"]);
}

#[test]
fn test_lines_that_a_test_prints_cost_only_the_names() {
    let report = parse_output(&format!(
        "running 1 test\ntest fake ... ok\ntest real ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; {RESULT}"
    ));
    assert_eq!(line(&report.unwrap()), "libtest 1 = 1 + 0 + 0, 0 named; failing: ");
}

#[test]
fn a_fixture_that_fails_in_unittest_is_one_more_failed_test() {
    let rule = "=".repeat(70);
    let thin = "-".repeat(70);
    let report = parse_output(&format!(
        "{rule}\nERROR: setUpClass (shop.Basket)\n{thin}\nno database\n\n{thin}\nRan 0 tests in 0.000s\n\nFAILED (errors=1)\n"
    ));
    assert_eq!(line(&report.unwrap()), "unittest 1 = 0 + 1 + 0, 1 named; failing: shop.Basket.setUpClass");
}
