//! The rows in which a file is shown.

use super::words::changed;
use crate::text::diff::{Line, LineKind, PatchFile};
use std::ops::Range;

/// A line with the part of it that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub line: Line,
    pub mark: Option<Range<usize>>,
}

/// A row of the unified view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The head of a hunk.
    Hunk(String),
    Line(Marked),
    /// Before on the left, after on the right.
    Pair(Option<Marked>, Option<Marked>),
}

/// How a diff is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Unified,
    Split,
}

/// The rows of a file.
pub fn rows(file: &PatchFile, layout: Layout) -> Vec<Row> {
    let mut rows = Vec::with_capacity(file.rows());
    for hunk in &file.hunks {
        rows.push(Row::Hunk(hunk.head.clone()));
        for block in blocks(&hunk.lines) {
            match layout {
                Layout::Unified => rows.extend(block.into_iter().map(Row::Line)),
                Layout::Split => split(block, &mut rows),
            }
        }
    }
    rows
}

/// Cuts lines into blocks that changed together, each marked: unchanged lines, or deleted lines and the added ones
/// that replace them.
fn blocks(lines: &[Line]) -> impl Iterator<Item = Vec<Marked>> {
    let same_block = |a: &Line, b: &Line| {
        (a.kind == LineKind::Context) == (b.kind == LineKind::Context)
            && !(a.kind == LineKind::Added && b.kind == LineKind::Deleted)
    };
    lines.chunk_by(same_block).map(|lines| {
        let mut block: Vec<Marked> =
            lines.iter().map(|line| Marked { line: line.clone(), mark: None }).collect();
        let deleted = block.iter().filter(|marked| marked.line.kind == LineKind::Deleted).count();
        let (old, new) = block.split_at_mut(deleted);
        for (old, new) in old.iter_mut().zip(new) {
            if let Some((in_old, in_new)) = changed(&old.line.text, &new.line.text) {
                (old.mark, new.mark) = (Some(in_old), Some(in_new));
            }
        }
        block
    })
}

fn split(block: Vec<Marked>, rows: &mut Vec<Row>) {
    let (old, new): (Vec<Marked>, Vec<Marked>) = if block.first().is_some_and(is_context) {
        (block.clone(), block)
    } else {
        block.into_iter().partition(|marked| marked.line.kind == LineKind::Deleted)
    };
    let length = old.len().max(new.len());
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    rows.extend((0..length).map(|_| Row::Pair(old.next(), new.next())));
}

fn is_context(marked: &Marked) -> bool {
    marked.line.kind == LineKind::Context
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::diff::parse_patch;

    const PATCH: &str = "diff --git a/x b/x\n@@ -1,6 +1,5 @@\n one\n-let a = 1;\n-gone\n+let a = 2;\n two\n+new\n-old\n three\n";

    fn texts(layout: Layout) -> Vec<String> {
        let side = |marked: &Option<Marked>| {
            marked.as_ref().map_or_else(|| "·".to_owned(), |marked| marked.line.text.clone())
        };
        rows(&parse_patch(PATCH)[0], layout)
            .iter()
            .map(|row| match row {
                Row::Hunk(head) => head.clone(),
                Row::Line(marked) => marked.line.text.clone(),
                Row::Pair(old, new) => format!("{}|{}", side(old), side(new)),
            })
            .collect()
    }

    #[test]
    fn the_unified_view_keeps_the_order_of_the_patch() {
        let expected =
            ["@@ -1,6 +1,5 @@", "one", "let a = 1;", "gone", "let a = 2;", "two", "new", "old", "three"];
        assert_eq!(texts(Layout::Unified), expected);
    }

    #[test]
    fn the_split_view_has_before_on_the_left() {
        let expected = [
            "@@ -1,6 +1,5 @@",
            "one|one",
            "let a = 1;|let a = 2;",
            "gone|·",
            "two|two",
            "·|new",
            "old|·",
            "three|three",
        ];
        assert_eq!(texts(Layout::Split), expected);
    }

    #[test]
    fn the_changed_words_of_replaced_lines_are_marked() {
        let rows = rows(&parse_patch(PATCH)[0], Layout::Unified);
        let marks: Vec<_> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Line(Marked { line, mark: Some(mark) }) => Some(&line.text[mark.clone()]),
                Row::Line(_) | Row::Hunk(_) | Row::Pair(..) => None,
            })
            .collect();
        assert_eq!(marks, ["1", "2"]);
    }
}
