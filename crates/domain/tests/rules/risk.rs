use domain::evidence::{FileChange, FileStatus, RiskLevel, RiskNote, TestSummary};
use domain::risk::{Confinement, RiskContext, SecretFinding, assess};
use test_case::test_case;

fn passing() -> TestSummary {
    TestSummary {
        command: Some("make test".to_owned()),
        tree: None,
        exit_code: Some(0),
        total: Some(9),
        passed: Some(9),
        failed: Some(0),
        skipped: Some(0),
        duration_ms: None,
        text: String::new(),
        failing: Vec::new(),
        newly_failing: Vec::new(),
        fixed: Vec::new(),
    }
}

fn change(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        old_path: None,
        status: FileStatus::Modified,
        additions: 1,
        deletions: 0,
        binary: false,
    }
}

/// A diff of one file that removes and adds these lines.
fn diff(path: &str, removed: &[&str], added: &[&str]) -> String {
    let lines: String = removed
        .iter()
        .map(|text| format!("-{text}\n"))
        .chain(added.iter().map(|text| format!("+{text}\n")))
        .collect();
    format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{} +1,{} @@\n{lines}",
        removed.len(),
        added.len()
    )
}

fn notes(files: &[FileChange], patch: &str) -> Vec<RiskNote> {
    let tests = passing();
    assess(&RiskContext {
        files,
        patch,
        tests: Some(&tests),
        confinement: Confinement::Full,
        ignored_paths: &[],
        secrets: &[],
    })
}

fn codes(notes: &[RiskNote]) -> Vec<(&str, RiskLevel)> {
    notes.iter().map(|note| (note.code.as_str(), note.level)).collect()
}

#[test]
fn a_plain_change_has_no_note() {
    assert_eq!(notes(&[change("src/parser.rs")], &diff("src/parser.rs", &["old"], &["new"])), []);
}

#[test_case(".github/workflows/ci.yml", "ci_config_changed", RiskLevel::High)]
#[test_case("sub/.gitlab-ci.yml", "ci_config_changed", RiskLevel::High)]
#[test_case("JENKINSFILE", "ci_config_changed", RiskLevel::High; "case does not hide a file")]
#[test_case(".github/CODEOWNERS", "workflow_owner_files_changed", RiskLevel::High)]
#[test_case("CLAUDE.md", "agent_instructions_changed", RiskLevel::High)]
#[test_case("crates/x/AGENTS.md", "agent_instructions_changed", RiskLevel::High)]
#[test_case(".cursorrules", "agent_instructions_changed", RiskLevel::High)]
#[test_case(".claude/settings.json", "agent_instructions_changed", RiskLevel::High)]
#[test_case("migrations/0001_init/up.txt", "migration_changed", RiskLevel::High)]
#[test_case("db/add_users.sql", "migration_changed", RiskLevel::High)]
#[test_case("Makefile", "build_config_changed", RiskLevel::Medium)]
#[test_case("crates/x/build.rs", "build_config_changed", RiskLevel::Medium)]
#[test_case(".cargo/config.toml", "build_config_changed", RiskLevel::Medium)]
#[test_case("conftest.py", "test_config_changed", RiskLevel::Medium)]
#[test_case(".gitattributes", "git_config_changed", RiskLevel::Medium)]
#[test_case("Cargo.lock", "lockfile_changed", RiskLevel::Medium)]
#[test_case("web/package-lock.json", "lockfile_changed", RiskLevel::Medium)]
fn paths_that_matter(path: &str, code: &str, level: RiskLevel) {
    let found = notes(&[change("README.md"), change(path)], "");
    assert_eq!(codes(&found), [(code, level)]);
    assert_eq!(found[0].paths, [path]);
}

#[test_case("src/github/workflows/ci.rs"; "not the CI folder")]
#[test_case("src/immigrations/x.rs"; "a part of a word is not a folder")]
#[test_case("src/agents.rs"; "not the instructions")]
#[test_case("docs/lock.md"; "not a lock file")]
fn paths_that_do_not_matter(path: &str) {
    assert_eq!(notes(&[change(path)], ""), []);
}

#[test]
fn moving_a_file_away_counts_as_touching_it() {
    let file = FileChange {
        old_path: Some(".github/CODEOWNERS".to_owned()),
        status: FileStatus::Renamed,
        ..change("old.txt")
    };
    assert_eq!(codes(&notes(&[file], "")), [("workflow_owner_files_changed", RiskLevel::High)]);
}

#[test_case("Cargo.toml", &[], &["serde = \"1\""], Some("serde"))]
#[test_case("Cargo.toml", &[], &["tokio = { version = \"1\", features = [] }"], Some("tokio"); "a table")]
#[test_case("Cargo.toml", &[], &["[dependencies.rand]"], Some("rand"); "a header")]
#[test_case("Cargo.toml", &["serde = \"1.0\""], &["serde = \"1.1\""], None; "another version")]
#[test_case("Cargo.toml", &[], &["version = \"0.2.0\""], None; "the package's own version")]
#[test_case("package.json", &[], &["    \"left-pad\": \"^1.3.0\","], Some("left-pad"))]
#[test_case("package.json", &[], &["  \"version\": \"1.3.0\","], None; "own version of a node package")]
#[test_case("requirements-dev.txt", &[], &["requests>=2.0"], Some("requests"))]
#[test_case("requirements.txt", &[], &["# a comment"], None; "a comment")]
#[test_case("pyproject.toml", &[], &["    \"httpx[http2]>=0.27\","], Some("httpx"))]
#[test_case("go.mod", &[], &["\tgithub.com/pkg/errors v0.9.1"], Some("github.com/pkg/errors"))]
#[test_case("Gemfile", &[], &["gem 'rails', '~> 7'"], Some("rails"))]
#[test_case("pom.xml", &[], &["  <artifactId>junit</artifactId>"], Some("junit"))]
#[test_case("build.gradle", &[], &["  testImplementation 'org.junit:junit:4.13'"], Some("org.junit:junit"))]
#[test_case("mix.exs", &[], &["      {:phoenix, \"~> 1.7\"},"], Some("phoenix"))]
#[test_case("src/x.rs", &[], &["serde = \"1\""], None; "not a manifest")]
fn new_dependencies_are_named(path: &str, removed: &[&str], added: &[&str], expected: Option<&str>) {
    let found = notes(&[], &diff(path, removed, added));
    let note = found.iter().find(|note| note.code == "dependency_added");
    let message = expected.map(|name| format!("Dependencies are added: {name}."));
    assert_eq!(note.map(|note| note.message.clone()), message);
    assert!(note.is_none_or(|note| note.level == RiskLevel::Medium && note.paths == [path]));
}

#[test_case("src/a.rs", &["#[test]", "fn a() {"], &[], &["tests_removed"])]
#[test_case("src/a.rs", &["#[test]"], &["#[tokio::test]"], &[]; "a test that becomes async stays")]
#[test_case("tests/test_a.py", &["def test_a():"], &["def test_b():"], &[]; "a renamed test stays")]
#[test_case("tests/test_a.py", &["    def test_a(self):"], &[], &["tests_removed"])]
#[test_case("web/a.test.ts", &["  it('works', () => {"], &[], &["tests_removed"])]
#[test_case("pkg/a_test.go", &["func TestA(t *testing.T) {"], &[], &["tests_removed"])]
#[test_case("src/AppTest.java", &["    @Test"], &[], &["tests_removed"])]
#[test_case("src/a.rs", &[], &["    #[ignore]"], &["tests_weakened"])]
#[test_case("src/a.rs", &[], &["    #[ignore = \"flaky\"]"], &["tests_weakened"]; "with a reason")]
#[test_case("tests/test_a.py", &[], &["@pytest.mark.skip(reason='x')"], &["tests_weakened"])]
#[test_case("tests/test_a.py", &[], &["@pytest.mark.xfail"], &["tests_weakened"]; "expected to fail")]
#[test_case("tests/test_a.py", &[], &["@unittest.skipIf(True, 'x')"], &["tests_weakened"]; "skipped on a condition")]
#[test_case("pkg/a_test.go", &[], &["\tt.Skip(\"later\")"], &["tests_weakened"])]
#[test_case("web/a.spec.ts", &["it('a', f)"], &["it.skip('a', f)"], &["tests_weakened"])]
#[test_case("web/a.spec.ts", &["it('a', f)"], &["it.only('a', f)"], &["tests_weakened"]; "one test alone")]
#[test_case("web/a.spec.ts", &["it.skip('a', f)"], &["it('a', f)"], &[]; "taken up again")]
#[test_case("src/AppTest.java", &[], &["    @Disabled"], &["tests_weakened"])]
#[test_case("src/a.rs", &["    assert_eq!(a, b);"], &[], &["tests_weakened"])]
#[test_case("src/a.rs", &["    assert_eq!(a, b);"], &["    assert_eq!(a, c);"], &[]; "another assertion")]
#[test_case("tests/test_a.py", &["    assert a == b"], &["    pass"], &["tests_weakened"]; "python assert")]
#[test_case("web/a.test.js", &["    expect(a).toBe(1)"], &[], &["tests_weakened"])]
#[test_case("src/a.rs", &["    let a = b.expect(\"present\");"], &[], &[]; "an Option is no assertion")]
#[test_case("src/app.py", &["    assert a == b"], &[], &[]; "not a test file")]
#[test_case("src/a.rs", &["#[test]", "fn a() { assert!(true); }"], &[], &["tests_removed"]; "a removed test is one note")]
fn weaker_tests_are_seen(path: &str, removed: &[&str], added: &[&str], expected: &[&str]) {
    let found = notes(&[], &diff(path, removed, added));
    let codes: Vec<&str> = found.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, expected);
    assert!(found.iter().all(|note| note.level == RiskLevel::High && note.paths == [path]));
}

#[test_case("tests/parser.rs", true)]
#[test_case("pkg/a_test.go", true)]
#[test_case("src/parser.rs", false)]
fn a_deleted_test_file_is_a_removed_test(path: &str, expected: bool) {
    let file = FileChange { status: FileStatus::Deleted, ..change(path) };
    assert_eq!(notes(&[file], "").iter().any(|note| note.code == "tests_removed"), expected);
}

#[test_case(None, Some("tests_not_run"); "no test step")]
#[test_case(Some(TestSummary { command: None, ..passing() }), Some("tests_not_run"); "no command")]
#[test_case(Some(TestSummary { total: Some(0), passed: Some(0), ..passing() }), Some("tests_not_run"); "no test")]
#[test_case(Some(TestSummary { total: None, passed: None, failed: None, ..passing() }), Some("test_counts_unknown"); "no counts")]
#[test_case(Some(TestSummary { failed: Some(2), ..passing() }), Some("tests_failing"); "failing")]
#[test_case(Some(TestSummary { exit_code: Some(1), ..passing() }), Some("tests_failing"); "a bad exit")]
#[test_case(Some(TestSummary { exit_code: Some(101), total: None, ..passing() }), Some("tests_failing"); "a bad exit without counts")]
#[test_case(Some(passing()), None; "passing")]
fn how_the_tests_went(tests: Option<TestSummary>, expected: Option<&str>) {
    let found = assess(&RiskContext {
        files: &[],
        patch: "",
        tests: tests.as_ref(),
        confinement: Confinement::Full,
        ignored_paths: &[],
        secrets: &[],
    });
    assert_eq!(codes(&found), expected.map(|code| (code, RiskLevel::High)).into_iter().collect::<Vec<_>>());
}

#[test_case(500, None)]
#[test_case(501, Some(RiskLevel::Medium))]
#[test_case(2000, Some(RiskLevel::Medium))]
#[test_case(2001, Some(RiskLevel::High))]
fn large_diffs(lines: u64, expected: Option<RiskLevel>) {
    let file = FileChange { additions: lines - 1, deletions: 1, ..change("src/a.c") };
    let found = notes(&[file], "");
    assert_eq!(
        found.first().map(|note| (note.code.as_str(), note.level)),
        expected.map(|level| ("large_diff", level))
    );
}

#[test_case("old mode 100644\nnew mode 100755", &["permissions_changed"])]
#[test_case("new file mode 100755", &["permissions_changed"]; "a new executable")]
#[test_case("old mode 100755\nnew mode 100644", &[]; "no longer executable")]
#[test_case("new file mode 120000", &["symlink_added"])]
#[test_case("new file mode 160000", &["submodule_changed"])]
#[test_case("index 1..2 160000", &["submodule_changed"]; "a submodule moves")]
#[test_case("index 1..2 100755", &[]; "it was executable before")]
#[test_case("deleted file mode 100755", &[]; "gone")]
fn modes(header: &str, expected: &[&str]) {
    let found = notes(&[], &format!("diff --git a/x b/x\n{header}\n"));
    assert_eq!(found.iter().map(|note| note.code.as_str()).collect::<Vec<_>>(), expected);
}

#[test_case("src/a.rs", "    unsafe { *p }", &["unsafe_code_added"])]
#[test_case("src/a.rs", "// unsafe is not used", &[]; "a comment")]
#[test_case("src/a.rs", "#![forbid(unsafe_code)]", &[]; "a lint")]
#[test_case("src/a.c", "unsafe", &[]; "not Rust")]
#[test_case("src/a.c", "if (x) /*\u{202e}*/ {", &["hidden_characters"])]
#[test_case("README.md", "żółć 你好 مرحبا", &[]; "other scripts are not hidden")]
fn contents(path: &str, line: &str, expected: &[&str]) {
    let found = notes(&[], &diff(path, &[], &[line]));
    assert_eq!(found.iter().map(|note| note.code.as_str()).collect::<Vec<_>>(), expected);
}

#[test]
fn binaries_are_noted_unless_they_go_away() {
    let file = FileChange { binary: true, ..change("logo.png") };
    assert_eq!(codes(&notes(std::slice::from_ref(&file), "")), [("binary_file", RiskLevel::Medium)]);
    assert_eq!(notes(&[FileChange { status: FileStatus::Deleted, ..file }], ""), []);
}

#[test]
fn notes_are_sorted_by_level_and_then_code_and_places_are_named() {
    let ignored = ["target".to_owned()];
    let secrets = [SecretFinding { rule: "github_token", path: "a.env".to_owned(), line: 3 }];
    let files = [change("Makefile"), change("Cargo.lock"), change(".travis.yml")];
    let found = assess(&RiskContext {
        files: &files,
        patch: "",
        tests: None,
        confinement: Confinement::Partial,
        ignored_paths: &ignored,
        secrets: &secrets,
    });
    use RiskLevel::{High, Info, Medium};
    assert_eq!(
        codes(&found),
        [
            ("ci_config_changed", High),
            ("secret_suspected", High),
            ("tests_not_run", High),
            ("unconfined_step", High),
            ("build_config_changed", Medium),
            ("lockfile_changed", Medium),
            ("ignored_files_present", Info),
        ]
    );
    assert_eq!(found[1].message, "What looks like a secret is added: github_token at a.env:3.");
    assert_eq!(found[1].paths, ["a.env"]);
}
