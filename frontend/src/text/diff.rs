//! Patches in git's unified format.
//!
//! The text is untrusted: whatever it holds, it is read into lines without a panic. What cannot be understood is left
//! out of the files, never shown as something that it is not; a hunk takes exactly the lines that its head announces,
//! so that a line cannot pose as the head of another file.

mod head;
mod hunk;
#[cfg(test)]
mod tests;

use head::{Head, HeadLine};

/// How a file changed, as its head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    #[default]
    Modified,
    Added,
    Deleted,
    Renamed,
    Copied,
}

/// The part of a patch that is about one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatchFile {
    /// The path before, where it differs from the one after.
    pub old_path: Option<String>,
    /// The path after; of a deleted file the one before.
    pub path: String,
    pub change: Change,
    /// The modes before and after, where they differ.
    pub modes: Option<(String, String)>,
    pub is_binary: bool,
    pub hunks: Vec<Hunk>,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// `@@ -1,2 +1,3 @@ fn main() {`, as it stands.
    pub head: String,
    pub lines: Vec<Line>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Context,
    Added,
    Deleted,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    /// Its number before; an added line has none.
    pub old: Option<u32>,
    /// Its number after; a deleted line has none.
    pub new: Option<u32>,
    pub text: String,
    /// The line ends with a carriage return, which `text` leaves out.
    pub has_return: bool,
    /// The file ends here without a line feed.
    pub is_unended: bool,
}

impl PatchFile {
    /// Lines of this kind.
    pub fn count(&self, kind: LineKind) -> usize {
        self.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count()
    }

    /// Rows that showing the whole file takes: its lines and the heads of its hunks.
    pub fn rows(&self) -> usize {
        self.hunks.iter().map(|hunk| hunk.lines.len() + 1).sum()
    }
}

/// Reads a patch.
pub fn parse_patch(patch: &str) -> Vec<PatchFile> {
    let mut files = Vec::new();
    let mut open: Option<Head> = None;
    let mut lines = patch.strip_suffix('\n').unwrap_or(patch).split('\n').peekable();
    while let Some(line) = lines.next() {
        if let Some(paths) = line.strip_prefix("diff --git ") {
            files.extend(open.replace(Head::new(paths)).map(Head::finish));
            continue;
        }
        let Some(head) = &mut open else { continue };
        match head.take(line) {
            HeadLine::Head => {}
            HeadLine::Hunk(counts) => {
                let taken = hunk::read(line, counts, &mut lines);
                head.file.hunks.push(taken);
            }
            HeadLine::Binary => {
                // Encoded bytes follow; no line of them begins like the head of a file.
                head.file.is_binary = true;
            }
        }
    }
    files.extend(open.map(Head::finish));
    files
}
