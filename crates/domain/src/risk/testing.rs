//! Rules about tests: whether they ran, and whether the change made them see less.

use super::note_on;
use super::patch::{Change, PatchFile};
use crate::evidence::{FileChange, FileStatus, RiskLevel, RiskNote, TestSummary};
use regex::Regex;
use std::sync::LazyLock;

/// Where tests live, by the habits of common languages.
static TEST_PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        (?:^|/)(?:tests?|specs?|__tests__|testing|e2e|cypress)/
        | (?:^|/)tests?\.(?:rs|py)$
        | (?:^|/)test_[^/]*\.py$
        | _(?:test|spec|tests)\.[a-z]+$
        | \.(?:test|spec|cy)\.[cm]?[jt]sx?$
        | (?:Tests?|IT|Spec)\.(?:java|kt|scala|cs|swift|php|groovy)$",
    )
    .ok()
});

/// A line that begins a test.
static DECLARATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)^\s*(?:
        \#\[(?:\w+::)*(?:test|rstest|quickcheck|wasm_bindgen_test)\b
        | (?:async\s+)?def\s+test
        | func\s+(?:Test|Fuzz|Example)\w*\s*\(
        | (?:it|test|specify|scenario)(?:\.\w+)?\s*\(\s*['"`]
        | (?:it|test|specify|scenario)\s+['"]
        | @(?:Test|ParameterizedTest|RepeatedTest)\b
        | \[(?:Fact|Theory|Test|TestCase|TestMethod)\b
        | (?:public\s+)?function\s+test\w*\s*\(
        | TEST(?:_[FP])?\s*\(
        )"#,
    )
    .ok()
});

/// A line that keeps a test from running, or all tests but one.
static SKIP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        \#\[ignore\b | \#\[cfg_attr\([^\]]*\bignore\b
        | @(?:pytest\.mark\.|unittest\.|mark\.)?(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure)\b
        | \bpytest\.(?:skip|xfail|importorskip)\( | \bself\.skipTest\(
        | \b[tb]\.(?:Skip|Skipf|SkipNow)\(
        | \b(?:it|test|describe|context|suite|specify)\.(?:skip|todo|only|fixme|failing)\b
        | (?:^|\s)(?:xit|xtest|xdescribe|xcontext|fit|fdescribe)\s*\(
        | @(?:Disabled|Ignore)\b | \[Ignore\b | \bSkip\s*=\s*"
        | \bmarkTestSkipped\( | \bGTEST_SKIP\(
        "#,
    )
    .ok()
});

/// A line that checks something.
static ASSERTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b(?:debug_)?assert\w*!?\s*[(\[{] | ^\s*assert\s | \bassert\.\w+\s*\(
        | (?:^|[^.\w])expect\s*\( | \.should\b | \bself\.(?:assert|fail)\w*\(
        | \brequire\.\w+\( | \b[tb]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(
        | \b(?:EXPECT|ASSERT)_\w+\( | \bAssert\.\w+\( | \bXCTAssert\w*\( | \#\[should_panic
        ",
    )
    .ok()
});

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// The notes on what the change does to tests.
pub(super) fn changes(files: &[FileChange], patch: &[PatchFile<'_>]) -> impl Iterator<Item = RiskNote> {
    let gone = |file: &&FileChange| file.status == FileStatus::Deleted && matches(&TEST_PATH, &file.path);
    let mut removed: Vec<String> = files.iter().filter(gone).map(|file| file.path.clone()).collect();
    let kept = || patch.iter().filter(|file| !file.deleted && may_hold_tests(&file.path));
    removed.extend(kept().filter(|file| loses(file, &DECLARATION)).map(|file| file.path.clone()));
    // A file whose tests are gone has lost their assertions too; that is one note, not two.
    let weakened = kept()
        .filter(|file| gains(file, &SKIP) || (loses(file, &ASSERTION) && !removed.contains(&file.path)))
        .map(|file| file.path.clone())
        .collect();
    let notes = [
        note_on("tests_removed", RiskLevel::High, "Tests are removed.", removed),
        note_on("tests_weakened", RiskLevel::High, "Tests are skipped, or check less than before.", weakened),
    ];
    notes.into_iter().flatten()
}

/// Rust keeps unit tests in any source file.
fn may_hold_tests(path: &str) -> bool {
    path.ends_with(".rs") || matches(&TEST_PATH, path)
}

fn count(file: &PatchFile<'_>, change: Change, pattern: &LazyLock<Option<Regex>>) -> usize {
    file.lines_of(change).filter(|line| matches(pattern, line.text)).count()
}

fn loses(file: &PatchFile<'_>, pattern: &LazyLock<Option<Regex>>) -> bool {
    count(file, Change::Removed, pattern) > count(file, Change::Added, pattern)
}

fn gains(file: &PatchFile<'_>, pattern: &LazyLock<Option<Regex>>) -> bool {
    count(file, Change::Added, pattern) > count(file, Change::Removed, pattern)
}

/// The note on how the tests went.
pub(super) fn outcome(tests: Option<&TestSummary>) -> Option<RiskNote> {
    let (code, message) = match tests {
        None => ("tests_not_run", "No test step ran.".to_owned()),
        Some(tests) if tests.command.is_none() => ("tests_not_run", "No test step ran.".to_owned()),
        Some(TestSummary { failed: Some(failed @ 1..), total, .. }) => {
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            ("tests_failing", format!("{failed}{of} tests fail."))
        }
        Some(TestSummary { exit_code: Some(code), .. }) if *code != 0 => {
            ("tests_failing", format!("The test command exited with {code}."))
        }
        Some(TestSummary { total: Some(0), .. }) => {
            ("tests_not_run", "The test command ran no test.".to_owned())
        }
        Some(TestSummary { total: None, .. }) => (
            "test_counts_unknown",
            "How many tests ran is not known: no parser understood the output.".to_owned(),
        ),
        Some(_) => return None,
    };
    Some(super::note(code, RiskLevel::High, message, Vec::new()))
}
