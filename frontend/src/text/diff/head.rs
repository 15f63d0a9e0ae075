//! Heads of files.

use super::hunk::Counts;
use super::{Change, PatchFile};

/// A file whose head is being read.
pub struct Head {
    pub file: PatchFile,
    old_mode: Option<String>,
    /// Paths that lines of their own named; the line `diff --git` is ambiguous.
    old: Option<String>,
    new: Option<String>,
}

/// What a line below the head's first is.
pub enum HeadLine {
    /// A part of the head, or nothing known.
    Head,
    /// The head of a hunk.
    Hunk(Counts),
    /// The file is binary.
    Binary,
}

/// Takes the value of a field.
type Take = fn(&mut Head, &str);

impl Head {
    /// Begins with what follows `diff --git `.
    pub fn new(paths: &str) -> Self {
        let path = paths_of(paths);
        let file = PatchFile { path: path.unwrap_or_else(|| paths.to_owned()), ..PatchFile::default() };
        Self { file, old_mode: None, old: None, new: None }
    }

    pub fn take(&mut self, line: &str) -> HeadLine {
        if let Some(counts) = Counts::parse(line) {
            return HeadLine::Hunk(counts);
        }
        if !self.file.hunks.is_empty() {
            return HeadLine::Head;
        }
        if line == "GIT binary patch" || (line.starts_with("Binary files ") && line.ends_with(" differ")) {
            return HeadLine::Binary;
        }
        let fields: [(&str, Take); 10] = [
            ("--- ", |head, value| head.old = file_path(value, "a/")),
            ("+++ ", |head, value| head.new = file_path(value, "b/")),
            ("rename from ", |head, value| head.moved_from(Change::Renamed, value)),
            ("rename to ", |head, value| head.new = Some(unquoted(value))),
            ("copy from ", |head, value| head.moved_from(Change::Copied, value)),
            ("copy to ", |head, value| head.new = Some(unquoted(value))),
            ("new file mode ", |head, _| head.file.change = Change::Added),
            ("deleted file mode ", |head, _| head.file.change = Change::Deleted),
            ("old mode ", |head, value| head.old_mode = Some(value.to_owned())),
            ("new mode ", |head, value| {
                head.file.modes = head.old_mode.take().map(|old| (old, value.to_owned()));
            }),
        ];
        for (prefix, take) in fields {
            if let Some(value) = line.strip_prefix(prefix) {
                take(self, value.trim_end_matches('\r'));
                break;
            }
        }
        HeadLine::Head
    }

    fn moved_from(&mut self, change: Change, path: &str) {
        self.file.change = change;
        self.old = Some(unquoted(path));
    }

    pub fn finish(self) -> PatchFile {
        let Self { mut file, old, new, .. } = self;
        if let Some(path) = new.or_else(|| old.clone()) {
            file.path = path;
        }
        file.old_path = old.filter(|old| *old != file.path);
        file
    }
}

/// Reads the path behind `--- ` or `+++ `; `None` for `/dev/null`.
fn file_path(value: &str, prefix: &str) -> Option<String> {
    // Git ends a path that holds a space with a tab.
    let path = unquoted(value.trim_end_matches('\t'));
    if path == "/dev/null" {
        return None;
    }
    Some(path.strip_prefix(prefix).map_or_else(|| path.clone(), str::to_owned))
}

/// Reads the path of `a/path b/path`, where both are the same.
fn paths_of(paths: &str) -> Option<String> {
    let paths = paths.trim_end_matches('\r');
    if paths.starts_with('"') {
        let end = 1 + paths.get(1..)?.find("\" ")?;
        return unquoted(paths.get(..=end)?).strip_prefix("a/").map(str::to_owned);
    }
    let middle = paths.len() / 2;
    let (old, new) = (paths.get(..middle)?, paths.get(middle + 1..)?);
    let (old, new) = (old.strip_prefix("a/")?, new.strip_prefix("b/")?);
    (old == new && paths.as_bytes().get(middle) == Some(&b' ')).then(|| old.to_owned())
}

/// A path as it is: git quotes those with unusual bytes as C does.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(first @ b'0'..=b'7') => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                bytes.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'a') => bytes.push(7),
            Some(b'b') => bytes.push(8),
            Some(b'v') => bytes.push(11),
            Some(b'f') => bytes.push(12),
            Some(other) => bytes.push(other),
            None => bytes.push(b'\\'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
