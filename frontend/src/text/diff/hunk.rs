//! Hunks.

use super::{Hunk, Line, LineKind};
use std::iter::Peekable;

/// What the head of a hunk announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub old_start: u32,
    pub old_lines: u32,
    pub new_start: u32,
    pub new_lines: u32,
}

impl Counts {
    /// Reads `@@ -1,2 +1,3 @@`, with anything behind it.
    pub fn parse(line: &str) -> Option<Self> {
        let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
        let (old, new) = ranges.split_once(" +")?;
        let (old_start, old_lines) = range(old)?;
        let (new_start, new_lines) = range(new)?;
        Some(Self { old_start, old_lines, new_start, new_lines })
    }
}

/// Reads `12,3`; `12` stands for `12,1`.
fn range(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((start, lines)) => Some((start.parse().ok()?, lines.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// Takes the lines that `counts` announces, fewer where the patch ends or holds something else.
pub fn read<'a>(head: &str, counts: Counts, lines: &mut Peekable<impl Iterator<Item = &'a str>>) -> Hunk {
    let mut hunk = Hunk { head: without_return(head).0.to_owned(), lines: Vec::new() };
    let (mut old, mut new) = (counts.old_start, counts.new_start);
    let (mut old_left, mut new_left) = (counts.old_lines, counts.new_lines);
    while let Some(line) = lines.peek().copied() {
        if line.starts_with('\\') {
            if let Some(last) = hunk.lines.last_mut() {
                last.is_unended = true;
            }
            lines.next();
            continue;
        }
        let kind = match line.bytes().next() {
            Some(b'+') if new_left > 0 => LineKind::Added,
            Some(b'-') if old_left > 0 => LineKind::Deleted,
            // Some tools cut the space off empty lines.
            Some(b' ' | b'\r') | None if old_left > 0 && new_left > 0 => LineKind::Context,
            _ => break,
        };
        let is_old = kind != LineKind::Added;
        let is_new = kind != LineKind::Deleted;
        let (text, has_return) = without_return(line.strip_prefix(['+', '-', ' ']).unwrap_or(line));
        hunk.lines.push(Line {
            kind,
            old: is_old.then_some(old),
            new: is_new.then_some(new),
            text: text.to_owned(),
            has_return,
            is_unended: false,
        });
        old = old.saturating_add(u32::from(is_old));
        new = new.saturating_add(u32::from(is_new));
        old_left -= u32::from(is_old);
        new_left -= u32::from(is_new);
        lines.next();
    }
    hunk
}

fn without_return(line: &str) -> (&str, bool) {
    match line.strip_suffix('\r') {
        Some(text) => (text, true),
        None => (line, false),
    }
}
