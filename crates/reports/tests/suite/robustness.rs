//! Arbitrary and damaged input neither panics nor yields figures that contradict each other.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use reports::{parse_junit, parse_output};
use test_case::test_case;

use crate::fixture::{all, check};

const LIMIT: Duration = Duration::from_secs(30);

static OUTPUTS: LazyLock<Vec<String>> = LazyLock::new(|| all(".txt"));
static FILES: LazyLock<Vec<String>> = LazyLock::new(|| all(".xml"));
static LINES: LazyLock<Vec<String>> =
    LazyLock::new(|| OUTPUTS.iter().flat_map(|output| output.lines()).map(str::to_owned).collect());

/// Replaces one stretch of a text by another text.
fn damaged(text: &str, from: Index, length: usize, replacement: &str) -> String {
    let mut chars: Vec<_> = text.chars().collect();
    let from = from.index(chars.len());
    let to = chars.len().min(from + length);
    chars.splice(from..to, replacement.chars());
    chars.into_iter().collect()
}

proptest! {
    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        parse_output(&text).iter().for_each(check);
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        parse_junit(&bytes).iter().for_each(check);
    }

    #[test]
    fn any_mixture_of_lines_is_survived(lines in vec(select(LINES.as_slice()), 0..60)) {
        parse_output(&lines.join("\n")).iter().for_each(check);
    }

    #[test]
    fn damaged_output_is_survived(
        text in select(OUTPUTS.as_slice()), from in any::<Index>(), length in 0..80_usize, new in ".{0,8}",
    ) {
        parse_output(&damaged(&text, from, length, &new)).iter().for_each(check);
    }

    #[test]
    fn damaged_files_are_survived(
        text in select(FILES.as_slice()), from in any::<Index>(), length in 0..80_usize, new in "[<>/a&;\"' ]{0,8}",
    ) {
        parse_junit(damaged(&text, from, length, &new).as_bytes()).iter().for_each(check);
    }

    #[test]
    fn elements_in_any_order_are_survived(
        tags in vec(select(vec![
            "<testsuites>", "</testsuites>", "<testsuite name='s' failures='1'>", "</testsuite>", "<testcase name='a'>",
            "</testcase>", "<failure message='m'>", "</failure>", "<skipped/>", "<error/>", "text", "<![CDATA[x]]>",
        ]), 0..30),
    ) {
        parse_junit(format!("<testsuite>{}</testsuite>", tags.concat()).as_bytes()).iter().for_each(check);
    }
}

/// Each of these takes a second at most, and minutes where time grows with the square of the length.
#[test_case("", "running 1 test\n", ""; "libtest announcements")]
#[test_case("running 9 tests\n", "test a ... ok\n---- a stdout ----\nfailures:\n    a\n", ""; "libtest failures")]
#[test_case("TAP version 13\n", "    ok 1 - a\n", "ok 1 - b\n1..1\n"; "TAP subtests")]
#[test_case("1..1\nnot ok 1 - a\n", "  ---\n", ""; "TAP details")]
#[test_case("", "=== test session starts ===\ncollected 1 item\n=== 1 passed in 0.1s ===\n", ""; "pytest sessions")]
#[test_case("", "=== test session starts ===\n", ""; "pytest headers")]
#[test_case("", "=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\ta\t0.1s\n", ""; "go packages")]
#[test_case("", "    Starting 1 test across 1 binary\n", "     Summary [ 0.1s] 1 test run: 1 passed, 0 skipped\n"; "nextest starts")]
#[test_case("PASS a.test.js\n", "  a\n    b\n      ✓ c\n", "Test Suites: 1 passed, 1 total\nTests:       1 passed, 1 total\n"; "an outline")]
#[test_case("", "\u{1b}]8;;", ""; "escapes that never end")]
#[test_case("", " ", ""; "one line of spaces")]
#[test_case("", "# ", ""; "one line of comments")]
#[test_case("a.py::", " SKIPPED (", ")"; "one line of skips")]
fn time_grows_with_the_length_only(before: &str, repeated: &str, after: &str) {
    let started = Instant::now();
    let output = format!("{before}{}{after}", repeated.repeat(50_000));
    parse_output(&output).iter().for_each(check);
    assert!(started.elapsed() < LIMIT);
}

#[test]
fn one_long_title_is_not_repeated_for_every_test() {
    let started = Instant::now();
    let title = "long ".repeat(100_000);
    let cases = "    ok 1 - a\n".repeat(50_000);
    let report = parse_output(&format!("TAP version 13\n{cases}ok 1 - {title}\n1..1\n")).unwrap();
    check(&report);
    let errors = "<error/>".repeat(50_000);
    let report = parse_junit(format!("<testsuite name='{title}'>{errors}</testsuite>").as_bytes()).unwrap();
    check(&report);
    assert!(started.elapsed() < LIMIT);
}
