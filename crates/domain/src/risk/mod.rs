//! What a reviewer should look at twice, found by fixed rules.
//!
//! Each rule has a stable code and one note. Notes speak of places, never of contents: a secret that was found is
//! not repeated.

mod dependencies;
mod patch;
mod paths;
mod secrets;
mod testing;

pub use secrets::{SecretFinding, find_secrets};

use crate::evidence::{FileChange, FileStatus, RiskLevel, RiskNote, TestSummary};
use patch::{Change, PatchFile, parse_patch};

/// More changed lines than this are hard to review.
const LARGE_DIFF: u64 = 500;
/// More changed lines than this are not reviewed in one sitting.
const HUGE_DIFF: u64 = 2000;
/// How many paths one note names.
const MAX_PATHS: usize = 100;

/// How well the run's steps were confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confinement {
    Full,
    Partial,
    None,
}

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct RiskContext<'a> {
    pub files: &'a [FileChange],
    /// Lossy text of the unified diff, in git's form.
    pub patch: &'a str,
    /// Absent when no test step ran.
    pub tests: Option<&'a TestSummary>,
    pub confinement: Confinement,
    /// Files in the workspace that git ignores, and that therefore are not shipped.
    pub ignored_paths: &'a [String],
    /// What `find_secrets` found.
    pub secrets: &'a [SecretFinding],
}

/// Returns the notes, the highest level first and by code within a level.
pub fn assess(context: &RiskContext<'_>) -> Vec<RiskNote> {
    let patch = parse_patch(context.patch);
    let mut notes = paths::notes(context.files);
    notes.extend(dependencies::note_on_dependencies(&patch));
    notes.extend(testing::changes(context.files, &patch));
    notes.extend(testing::outcome(context.tests));
    notes.extend(mode_notes(&patch));
    notes.extend(content_notes(&patch));
    notes.extend(size_note(context.files));
    notes.extend(binary_note(context.files));
    notes.extend(secret_note(context.secrets));
    notes.extend(confinement_note(context.confinement));
    notes.extend(ignored_note(context.ignored_paths));
    notes.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.code.cmp(&b.code)));
    notes
}

fn note(code: &str, level: RiskLevel, message: impl Into<String>, paths: Vec<String>) -> RiskNote {
    let mut paths = paths;
    paths.sort();
    paths.dedup();
    paths.truncate(MAX_PATHS);
    RiskNote { code: code.to_owned(), level, message: message.into(), paths }
}

/// The note, unless no path gives rise to it.
fn note_on(code: &str, level: RiskLevel, message: &str, paths: Vec<String>) -> Option<RiskNote> {
    (!paths.is_empty()).then(|| note(code, level, message, paths))
}

fn mode_notes(patch: &[PatchFile<'_>]) -> impl Iterator<Item = RiskNote> {
    let with = |wanted: fn(&PatchFile<'_>) -> bool| -> Vec<String> {
        patch.iter().filter(|file| wanted(file)).map(|file| file.path.clone()).collect()
    };
    [
        note_on(
            "permissions_changed",
            RiskLevel::Medium,
            "A file becomes executable.",
            with(|file| file.new_mode == Some("100755") && file.old_mode != Some("100755")),
        ),
        note_on(
            "symlink_added",
            RiskLevel::Medium,
            "A symbolic link is added or changed: what it points to is read in its place.",
            with(|file| file.new_mode == Some("120000")),
        ),
        note_on(
            "submodule_changed",
            RiskLevel::High,
            "A submodule is added or changed: its commit is not part of this diff.",
            with(|file| file.new_mode == Some("160000")),
        ),
    ]
    .into_iter()
    .flatten()
}

fn content_notes(patch: &[PatchFile<'_>]) -> impl Iterator<Item = RiskNote> {
    let with_added = |wanted: fn(&PatchFile<'_>, &str) -> bool| -> Vec<String> {
        let found = |file: &&PatchFile<'_>| file.lines_of(Change::Added).any(|line| wanted(file, line.text));
        patch.iter().filter(found).map(|file| file.path.clone()).collect()
    };
    [
        note_on(
            "unsafe_code_added",
            RiskLevel::Low,
            "Unsafe code is added.",
            with_added(|file, text| file.path.ends_with(".rs") && has_unsafe(text)),
        ),
        note_on(
            "hidden_characters",
            RiskLevel::High,
            "An added line holds characters that change how text is shown: it may not read as it runs.",
            with_added(|_, text| text.chars().any(is_hidden)),
        ),
    ]
    .into_iter()
    .flatten()
}

fn has_unsafe(text: &str) -> bool {
    let code = text.split("//").next().unwrap_or_default();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
}

/// Controls of writing direction, and characters of no width.
const fn is_hidden(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{2060}' | '\u{e0000}'..='\u{e007f}')
}

fn size_note(files: &[FileChange]) -> Option<RiskNote> {
    let changed: u64 = files.iter().map(|file| file.additions.saturating_add(file.deletions)).sum();
    let level = match changed {
        0..=LARGE_DIFF => return None,
        _ if changed <= HUGE_DIFF => RiskLevel::Medium,
        _ => RiskLevel::High,
    };
    Some(note("large_diff", level, format!("{changed} lines change in {} files.", files.len()), Vec::new()))
}

fn binary_note(files: &[FileChange]) -> Option<RiskNote> {
    let arrives = |file: &&FileChange| file.binary && file.status != FileStatus::Deleted;
    let paths = files.iter().filter(arrives).map(|file| file.path.clone()).collect();
    note_on(
        "binary_file",
        RiskLevel::Medium,
        "A binary file is added or changed: its content cannot be reviewed here.",
        paths,
    )
}

fn secret_note(secrets: &[SecretFinding]) -> Option<RiskNote> {
    let mut places: Vec<String> =
        secrets.iter().map(|found| format!("{} at {}:{}", found.rule, found.path, found.line)).collect();
    let more = places.len().saturating_sub(5);
    places.truncate(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("What looks like a secret is added: {}{more}.", places.join(", "));
    let paths = secrets.iter().map(|found| found.path.clone()).collect();
    note_on("secret_suspected", RiskLevel::High, &message, paths)
}

fn confinement_note(confinement: Confinement) -> Option<RiskNote> {
    let message = match confinement {
        Confinement::Full => return None,
        Confinement::Partial => "A step ran with only part of its confinement.",
        Confinement::None => "A step ran without confinement: it could reach what the server's user can.",
    };
    Some(note("unconfined_step", RiskLevel::High, message, Vec::new()))
}

fn ignored_note(paths: &[String]) -> Option<RiskNote> {
    let count = match paths.len() {
        1 => "1 path".to_owned(),
        count => format!("{count} paths"),
    };
    let message = format!("Ignored by git, in the workspace, and not shipped: {count}.");
    note_on("ignored_files_present", RiskLevel::Info, &message, paths.to_vec())
}
