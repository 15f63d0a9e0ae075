//! A unified diff as git writes it, file by file and line by line.
//!
//! The lengths in a hunk's header decide where it ends, so that no content can pass for a header.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Added,
    Removed,
}

/// One changed line. `number` counts in the new file for an added line and in the old one for a removed line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PatchLine<'a> {
    pub(super) change: Change,
    pub(super) number: u64,
    pub(super) text: &'a str,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PatchFile<'a> {
    /// The path after the change; before it, for a deleted file.
    pub(super) path: String,
    pub(super) old_mode: Option<&'a str>,
    pub(super) new_mode: Option<&'a str>,
    pub(super) deleted: bool,
    pub(super) lines: Vec<PatchLine<'a>>,
}

impl<'a> PatchFile<'a> {
    pub(super) fn lines_of(&self, change: Change) -> impl Iterator<Item = &PatchLine<'a>> {
        self.lines.iter().filter(move |line| line.change == change)
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// How much of a hunk is still to come, and where it stands in both files.
#[derive(Default)]
struct Hunk {
    old_left: u64,
    new_left: u64,
    old_number: u64,
    new_number: u64,
}

pub(super) fn parse_patch(patch: &str) -> Vec<PatchFile<'_>> {
    let mut files: Vec<PatchFile<'_>> = Vec::new();
    let mut hunk = Hunk::default();
    for line in patch.lines() {
        if hunk.old_left > 0 || hunk.new_left > 0 {
            if let Some(file) = files.last_mut() {
                hunk.take(line, file);
            }
        } else if let Some(names) = line.strip_prefix("diff --git ") {
            files.push(PatchFile { path: path_of_header(names), ..PatchFile::default() });
        } else if line.starts_with("--- ") && files.last().is_none_or(|file| !file.lines.is_empty()) {
            files.push(PatchFile { path: side(&line[4..]).unwrap_or_default(), ..PatchFile::default() });
        } else if let Some(file) = files.last_mut() {
            match Hunk::of_header(line) {
                Some(next) => hunk = next,
                None => read_header(line, file),
            }
        }
    }
    files
}

fn read_header<'a>(line: &'a str, file: &mut PatchFile<'a>) {
    if let Some(mode) = line.strip_prefix("new file mode ").or_else(|| line.strip_prefix("new mode ")) {
        file.new_mode = Some(mode);
    } else if let Some(mode) = line.strip_prefix("old mode ") {
        file.old_mode = Some(mode);
    } else if let Some(mode) = line.strip_prefix("deleted file mode ") {
        file.old_mode = Some(mode);
        file.deleted = true;
    } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("copy to ")) {
        file.path = unquoted(path);
    } else if let Some(path) = line.strip_prefix("+++ ").and_then(side) {
        file.path = path;
    } else if let Some(path) = line.strip_prefix("--- ").and_then(side) {
        // A deleted file has no other side; for any other, the line that follows says the new path.
        file.path = path;
    } else if let Some((_, mode)) = line.strip_prefix("index ").and_then(|rest| rest.split_once(' ')) {
        file.old_mode = Some(mode);
        file.new_mode = Some(mode);
    }
}

impl Hunk {
    /// Reads `@@ -12,3 +14 @@ …`.
    fn of_header(line: &str) -> Option<Self> {
        let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
        let (old, new) = ranges.split_once(" +")?;
        let range = |text: &str| -> Option<(u64, u64)> {
            match text.split_once(',') {
                Some((start, length)) => Some((start.parse().ok()?, length.parse().ok()?)),
                None => Some((text.parse().ok()?, 1)),
            }
        };
        let ((old_number, old_left), (new_number, new_left)) = (range(old)?, range(new)?);
        Some(Self { old_left, new_left, old_number, new_number })
    }

    fn take<'a>(&mut self, line: &'a str, file: &mut PatchFile<'a>) {
        let (change, text) = match line.as_bytes().first() {
            Some(b'+') => (Some(Change::Added), &line[1..]),
            Some(b'-') => (Some(Change::Removed), &line[1..]),
            Some(b'\\') => return,
            _ => (None, line),
        };
        if let Some(change) = change {
            let number = if change == Change::Added { self.new_number } else { self.old_number };
            file.lines.push(PatchLine { change, number, text });
        }
        if change != Some(Change::Added) {
            self.old_left = self.old_left.saturating_sub(1);
            self.old_number += 1;
        }
        if change != Some(Change::Removed) {
            self.new_left = self.new_left.saturating_sub(1);
            self.new_number += 1;
        }
    }
}

/// The path of one side of a diff, without git's `a/` or `b/`; `None` for `/dev/null`.
fn side(text: &str) -> Option<String> {
    let path = unquoted(text.trim_end_matches('\t'));
    if path == "/dev/null" {
        return None;
    }
    Some(path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(&path).to_owned())
}

/// The path in `a/x b/x`. Where the two differ, later header lines say the path.
fn path_of_header(names: &str) -> String {
    let (old, new) = halves(names);
    match (side(old), side(new)) {
        (Some(old), Some(new)) if old == new => new,
        _ => String::new(),
    }
}

/// Splits `a/x b/x` at the blank in its middle.
fn halves(names: &str) -> (&str, &str) {
    let middle = names.len() / 2;
    match (names.get(..middle), names.get(middle..).and_then(|rest| rest.strip_prefix(' '))) {
        (Some(old), Some(new)) => (old, new),
        _ => (names, ""),
    }
}

/// Undoes git's quoting: `"b/sp\303\244t"`.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let (byte, tail) = if byte == b'\\' { unescaped(tail) } else { (byte, tail) };
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that an escape stands for, and what follows it.
fn unescaped(tail: &[u8]) -> (u8, &[u8]) {
    let octal = |byte: u8| (b'0'..=b'7').contains(&byte).then(|| u32::from(byte - b'0'));
    if let [a, b, c, rest @ ..] = tail
        && let (Some(a), Some(b), Some(c)) = (octal(*a), octal(*b), octal(*c))
    {
        return ((a * 64 + b * 8 + c).to_le_bytes()[0], rest);
    }
    match tail.split_first() {
        Some((b'n', rest)) => (b'\n', rest),
        Some((b't', rest)) => (b'\t', rest),
        Some((&byte, rest)) => (byte, rest),
        None => (b'\\', tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(change: Change, number: u64, text: &str) -> PatchLine<'_> {
        PatchLine { change, number, text }
    }

    #[test]
    fn lines_are_numbered_in_their_own_file() {
        let patch = "diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n@@ -3,3 +3,4 @@ fn x\n same\n-old\n+new\n+more\n same\n@@ -20 +21 @@\n-a\n+b\n";
        let files = parse_patch(patch);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].path, "x.rs");
        assert_eq!(
            files[0].lines,
            [
                line(Change::Removed, 4, "old"),
                line(Change::Added, 4, "new"),
                line(Change::Added, 5, "more"),
                line(Change::Removed, 20, "a"),
                line(Change::Added, 21, "b"),
            ]
        );
    }

    #[test]
    fn content_never_passes_for_a_header() {
        let patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/harmless\n-diff --git a/y b/y\n+++ b/harmless\n+@@ -1 +1 @@\n";
        let files = parse_patch(patch);
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].path, "x");
        assert_eq!(files[0].lines.len(), 4);
        assert_eq!(files[0].lines[2], line(Change::Added, 1, "++ b/harmless"));
    }

    #[test]
    fn paths_are_read_from_every_kind_of_header() {
        for (patch, path) in [
            ("diff --git a/a b c b/a b c\nold mode 100644\nnew mode 100755\n", "a b c"),
            ("diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n", "y"),
            (
                "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
                "x",
            ),
            ("diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", "x"),
            (
                "diff --git \"a/sp\\303\\244t\" \"b/sp\\303\\244t\"\n--- \"a/sp\\303\\244t\"\n+++ \"b/sp\\303\\244t\"\n",
                "spät",
            ),
            ("--- a/plain\n+++ b/plain\n@@ -1 +1 @@\n-a\n+b\n", "plain"),
        ] {
            let files = parse_patch(patch);
            assert_eq!(files.len(), 1, "{patch}");
            assert_eq!(files[0].path, path, "{patch}");
        }
    }
}
