use super::*;
use test_case::test_case;

fn one(patch: &str) -> PatchFile {
    let mut files = parse_patch(patch);
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[test]
fn lines_are_numbered_on_both_sides() {
    let file = one("diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n\
         @@ -10,3 +10,4 @@ fn main() {\n one\n-two\n+TWO\n+more\n three\n");
    assert_eq!((file.path.as_str(), file.change, file.old_path.as_deref()), ("x.rs", Change::Modified, None));
    assert_eq!(file.hunks[0].head, "@@ -10,3 +10,4 @@ fn main() {");
    let lines: Vec<_> =
        file.hunks[0].lines.iter().map(|line| (line.old, line.new, line.text.as_str())).collect();
    assert_eq!(
        lines,
        [
            (Some(10), Some(10), "one"),
            (Some(11), None, "two"),
            (None, Some(11), "TWO"),
            (None, Some(12), "more"),
            (Some(12), Some(13), "three"),
        ]
    );
    assert_eq!((file.count(LineKind::Added), file.count(LineKind::Deleted), file.rows()), (2, 1, 6));
}

#[test]
fn a_line_cannot_pose_as_the_head_of_another_file() {
    let file = one("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/harmless\n\
         -diff --git a/y b/y\n+++ b/harmless\n+@@ -1 +1 @@\n");
    assert_eq!(file.path, "x");
    let texts: Vec<_> = file.hunks[0].lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["-- a/harmless", "diff --git a/y b/y", "++ b/harmless", "@@ -1 +1 @@"]);
}

#[test_case("diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n", "a b", None, Change::Modified; "a path with a space")]
#[test_case("diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n", "n", None, Change::Added; "a new file")]
#[test_case("diff --git a/e b/e\nnew file mode 100644\nindex 0..1\n", "e", None, Change::Added; "a new empty file")]
#[test_case("diff --git a/o b/o\ndeleted file mode 100644\n--- a/o\n+++ /dev/null\n", "o", None, Change::Deleted; "a deleted file")]
#[test_case("diff --git a/o b/n\nsimilarity index 97%\nrename from o\nrename to n\n", "n", Some("o"), Change::Renamed; "a renamed file")]
#[test_case("diff --git a/o b/n\ncopy from o\ncopy to n\n", "n", Some("o"), Change::Copied; "a copied file")]
#[test_case("diff --git \"a/\\303\\244\\\"\\t.txt\" \"b/\\303\\244\\\"\\t.txt\"\nnew file mode 100644\n", "ä\"\t.txt", None, Change::Added; "a quoted path")]
fn a_head_is_read(patch: &str, path: &str, old_path: Option<&str>, change: Change) {
    let file = one(patch);
    assert_eq!((file.path.as_str(), file.old_path.as_deref(), file.change), (path, old_path, change));
}

#[test]
fn a_changed_mode_is_read() {
    let file = one("diff --git a/run b/run\nold mode 100644\nnew mode 100755\n");
    assert_eq!(file.modes, Some(("100644".to_owned(), "100755".to_owned())));
}

#[test_case("Binary files a/i.png and b/i.png differ\n"; "named")]
#[test_case("GIT binary patch\nliteral 4\nLcmZQzU|?j3\n\nliteral 0\nHcmV?d00001\n\n"; "encoded")]
fn a_binary_file_has_no_lines(rest: &str) {
    let patch = format!("diff --git a/i.png b/i.png\n{rest}diff --git a/t b/t\n@@ -0,0 +1 @@\n+t\n");
    let files = parse_patch(&patch);
    assert!(files[0].is_binary && files[0].hunks.is_empty());
    assert_eq!((files[1].path.as_str(), files[1].is_binary, files[1].rows()), ("t", false, 2));
}

#[test]
fn ends_of_lines_and_files_are_kept() {
    let file = one("diff --git a/t b/t\n@@ -1 +1,2 @@\n-one\r\n\\ No newline at end of file\n+one\r\n+two\n\
         \\ No newline at end of file\n");
    let ends: Vec<_> = file.hunks[0].lines.iter().map(|line| (line.has_return, line.is_unended)).collect();
    assert_eq!(ends, [(true, true), (true, false), (false, true)]);
    assert_eq!(file.hunks[0].lines[0].text, "one");
}

#[test]
fn what_comes_before_the_first_file_is_left_out() {
    assert_eq!(parse_patch("From 1 Mon\nSubject: x\n@@ -1 +1 @@\n-a\n+b\n"), []);
    assert_eq!(parse_patch(""), []);
}

/// A deterministic stream of numbers: a linear congruential generator after Knuth.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

#[test]
fn garbage_is_read_without_a_panic() {
    let pieces = [
        "diff --git ",
        "a/x b/x",
        "\n",
        "\"",
        "\\303",
        "\\",
        "--- ",
        "+++ ",
        "@@ -1,3 +1,3 @@",
        "@@ -",
        ",",
        " +",
        "4294967295",
        "18446744073709551616",
        "+",
        "-",
        " ",
        "\r",
        "ä",
        "\u{202e}",
        "rename from ",
        "GIT binary patch",
        "/dev/null",
        "old mode ",
        "new mode ",
        "@@ -4294967295,9 +4294967295,9 @@\n+a\n-b\n c\n",
    ];
    for seed in 0..2_000 {
        let mut next = numbers(seed);
        let patch: String = (0..next(60)).map(|_| pieces[next(pieces.len())]).collect();
        for file in parse_patch(&format!("diff --git a/x b/x\n{patch}")) {
            let announced = file.hunks.iter().map(|hunk| hunk.lines.len() + 1).sum::<usize>();
            assert_eq!(file.rows(), announced);
        }
    }
}

#[test]
fn a_patch_cut_anywhere_keeps_what_came_before() {
    let patch = "diff --git a/ä b/ä\n--- a/ä\n+++ b/ä\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n";
    let whole = one(patch);
    for end in (0..patch.len()).filter(|end| patch.is_char_boundary(*end)) {
        for file in parse_patch(&patch[..end]) {
            let lines: usize = file.hunks.iter().map(|hunk| hunk.lines.len()).sum();
            assert!(lines <= whole.hunks[0].lines.len());
        }
    }
}
