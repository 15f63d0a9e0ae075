//! A file of a diff: what git says of it, what the evidence says, and whether it begins folded.

use crate::text::diff::{Change, LineKind, PatchFile, parse_patch};
use crate::text::visible::is_hidden;
use domain::evidence::{RiskLevel, RiskNote};
use std::cmp::Reverse;
use wire::DiffResponse;

/// More changed lines than this begin folded.
const LARGE: u64 = 1_000;

/// A file of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    pub patch: PatchFile,
    pub additions: u64,
    pub deletions: u64,
    /// The level and message of each risk note that names the file, the highest first.
    pub risks: Vec<(RiskLevel, String)>,
    /// Why it begins folded.
    pub folded: Option<&'static str>,
    /// Whether an added line holds characters that a reader would not see.
    pub hides: bool,
}

impl FileEntry {
    /// The change in one word.
    pub const fn word(&self) -> &'static str {
        match self.patch.change {
            Change::Modified => "modified",
            Change::Added => "added",
            Change::Deleted => "deleted",
            Change::Renamed => "renamed",
            Change::Copied => "copied",
        }
    }
}

/// The files of the patch, in its order, and those that only the evidence names.
pub fn entries(diff: &DiffResponse, notes: &[RiskNote]) -> Vec<FileEntry> {
    let mut patches = parse_patch(&diff.patch);
    for file in &diff.files {
        if !patches.iter().any(|patch| patch.path == file.path) {
            patches.push(PatchFile {
                path: file.path.clone(),
                old_path: file.old_path.clone(),
                is_binary: file.binary,
                ..PatchFile::default()
            });
        }
    }
    patches.into_iter().map(|patch| entry(patch, diff, notes)).collect()
}

fn entry(patch: PatchFile, diff: &DiffResponse, notes: &[RiskNote]) -> FileEntry {
    let listed = diff.files.iter().find(|file| file.path == patch.path);
    let counted = |kind| u64::try_from(patch.count(kind)).unwrap_or(u64::MAX);
    let (additions, deletions) = match listed {
        Some(file) => (file.additions, file.deletions),
        None => (counted(LineKind::Added), counted(LineKind::Deleted)),
    };
    let is_binary = patch.is_binary || listed.is_some_and(|file| file.binary);
    let mut risks: Vec<_> = notes
        .iter()
        .filter(|note| note.paths.iter().any(|path| names(path, &patch)))
        .map(|note| (note.level, note.message.clone()))
        .collect();
    risks.sort_by_key(|(level, _)| Reverse(*level));
    let folded = if is_binary {
        Some("binary file")
    } else if is_generated(&patch.path) {
        Some("lock or generated file")
    } else if additions.saturating_add(deletions) > LARGE {
        Some("more than 1,000 changed lines")
    } else {
        None
    };
    let mut added =
        patch.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == LineKind::Added);
    let hides = added.any(|line| line.text.contains(is_hidden));
    FileEntry { patch, additions, deletions, risks, folded, hides }
}

/// Whether a note's path is this file; some notes name a line behind a colon.
fn names(path: &str, patch: &PatchFile) -> bool {
    let is = |name: &str| name == patch.path || Some(name) == patch.old_path.as_deref();
    let without_line = path
        .rsplit_once(':')
        .filter(|(_, line)| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()));
    is(path) || without_line.is_some_and(|(name, _)| is(name))
}

/// Whether a program writes the file, by the habits of common languages.
fn is_generated(path: &str) -> bool {
    const LOCKS: [&str; 13] = [
        "Cargo.lock",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "poetry.lock",
        "uv.lock",
        "Pipfile.lock",
        "Gemfile.lock",
        "composer.lock",
        "go.sum",
        "flake.lock",
    ];
    const ENDS: [&str; 7] = [".min.js", ".min.css", ".map", ".pb.go", "_pb2.py", ".generated.ts", ".g.dart"];
    let name = path.rsplit('/').next().unwrap_or(path);
    LOCKS.contains(&name)
        || ENDS.iter().any(|end| name.ends_with(end))
        || path.split('/').any(|folder| matches!(folder, "node_modules" | "vendor" | "__snapshots__"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::evidence::{FileChange, FileStatus};
    use test_case::test_case;

    fn diff(patch: &str, files: Vec<FileChange>) -> DiffResponse {
        DiffResponse { base: None, commit: None, sha256: String::new(), files, patch: patch.to_owned() }
    }

    fn file(path: &str, additions: u64) -> FileChange {
        let status = FileStatus::Modified;
        FileChange { path: path.to_owned(), old_path: None, status, additions, deletions: 0, binary: false }
    }

    fn risk(level: RiskLevel, path: &str) -> RiskNote {
        let (code, message) = ("c".to_owned(), format!("{level:?}"));
        RiskNote { code, level, message, paths: vec![path.to_owned()] }
    }

    const PATCH: &str = "diff --git a/src/x.rs b/src/x.rs\n@@ -1 +1,2 @@\n-a\n+b\n+c\n";

    #[test]
    fn files_carry_the_notes_that_name_them_the_highest_first() {
        let notes = [
            risk(RiskLevel::Low, "src/x.rs"),
            risk(RiskLevel::High, "src/x.rs:12"),
            risk(RiskLevel::High, "src/y.rs"),
        ];
        let entries = entries(&diff(PATCH, Vec::new()), &notes);
        let levels: Vec<_> = entries[0].risks.iter().map(|(level, _)| *level).collect();
        assert_eq!(levels, [RiskLevel::High, RiskLevel::Low]);
        assert_eq!((entries[0].additions, entries[0].deletions), (2, 1));
    }

    #[test]
    fn files_that_only_the_evidence_names_are_there_too() {
        let entries = entries(&diff(PATCH, vec![file("other", 3)]), &[]);
        let paths: Vec<_> =
            entries.iter().map(|entry| (entry.patch.path.as_str(), entry.additions)).collect();
        assert_eq!(paths, [("src/x.rs", 2), ("other", 3)]);
    }

    #[test_case("web/package-lock.json", 1, Some("lock or generated file"))]
    #[test_case("vendor/a.go", 1, Some("lock or generated file"))]
    #[test_case("src/main.rs", 1_001, Some("more than 1,000 changed lines"))]
    #[test_case("src/main.rs", 1_000, None)]
    fn a_file_begins_folded_for_a_reason(path: &str, additions: u64, expected: Option<&str>) {
        assert_eq!(entries(&diff("", vec![file(path, additions)]), &[])[0].folded, expected);
    }

    #[test]
    fn only_added_lines_warn_of_hidden_characters() {
        let hides = |sign: &str| {
            let patch = "diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n";
            let patch = patch.replacen(sign, &format!("{sign}\u{202e}"), 1);
            entries(&diff(&patch, Vec::new()), &[])[0].hides
        };
        assert_eq!((hides("\n+"), hides("\n-")), (true, false));
    }
}
