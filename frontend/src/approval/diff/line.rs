//! Rows as they stand on the page: at most three nodes a line.

use super::rows::{Layout, Marked, Row, rows};
use crate::text::diff::{LineKind, PatchFile};
use crate::text::visible::{Piece, name, pieces, shown};
use leptos::prelude::*;

/// Bytes of a line that are shown; more of it stays in the patch.
const SHOWN: usize = 2_000;
/// Hidden characters of a line that are set apart; where there are more they are only written out.
const SET_APART: usize = 8;

/// The rows of a file with the width of its line numbers.
pub struct FileRows {
    rows: Vec<Row>,
    digits: usize,
}

impl FileRows {
    pub fn new(file: &PatchFile, layout: Layout) -> Self {
        let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
        let highest = lines.filter_map(|line| line.old.max(line.new)).max().unwrap_or_default();
        Self { rows: rows(file, layout), digits: highest.to_string().len() }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Some of the rows.
    pub fn view(&self, from: usize, count: usize) -> Vec<AnyView> {
        self.rows.iter().skip(from).take(count).map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &Row) -> AnyView {
        let digits = self.digits;
        match row {
            Row::Hunk(head) => view! { <div class="diff-hunk">{shown(head)}</div> }.into_any(),
            Row::Line(marked) => {
                let line = &marked.line;
                let gutter =
                    format!("{} {} {}", number(line.old, digits), number(line.new, digits), sign(line.kind));
                view! { <div class="diff-line" data-k=kind(line.kind) data-g=gutter>{content(marked)}</div> }
                    .into_any()
            }
            Row::Pair(old, new) => {
                let side = |marked: &Option<Marked>, pick: fn(&Marked) -> Option<u32>| match marked {
                    None => view! { <span class="diff-line" data-k="none"></span> }.into_any(),
                    Some(marked) => {
                        let gutter = format!("{} {}", number(pick(marked), digits), sign(marked.line.kind));
                        let kind = kind(marked.line.kind);
                        view! { <span class="diff-line" data-k=kind data-g=gutter>{content(marked)}</span> }
                            .into_any()
                    }
                };
                let (old, new) = (side(old, |marked| marked.line.old), side(new, |marked| marked.line.new));
                view! { <div class="diff-pair">{old}{new}</div> }.into_any()
            }
        }
    }
}

/// A line number, right-aligned; blank where the line has none.
fn number(number: Option<u32>, digits: usize) -> String {
    number.map_or_else(|| " ".repeat(digits), |number| format!("{number:>digits$}"))
}

const fn sign(kind: LineKind) -> char {
    match kind {
        LineKind::Context => ' ',
        LineKind::Added => '+',
        // As wide as the plus, unlike a hyphen.
        LineKind::Deleted => '−',
    }
}

const fn kind(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Context => "same",
        LineKind::Added => "add",
        LineKind::Deleted => "del",
    }
}

fn content(marked: &Marked) -> AnyView {
    let line = &marked.line;
    let text = line.text.as_str();
    let changed = line.kind != LineKind::Context;
    let mut parts = Vec::new();
    match marked.mark.as_ref().and_then(|mark| Some((mark, text.get(mark.clone())?))) {
        Some((mark, part)) => {
            parts.extend(text.get(..mark.start).map(plain));
            if !part.is_empty() {
                parts.push(view! { <mark>{shown(part)}</mark> }.into_any());
            }
            parts.extend(text.get(mark.end..).map(plain));
        }
        None if text.len() > SHOWN => {
            let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            let (start, rest) = text.split_at(end);
            parts.push(plain(start));
            let rest = format!(" … {} more characters: see the patch", rest.chars().count());
            parts.push(view! { <em>{rest}</em> }.into_any());
        }
        None => parts.push(plain(text)),
    }
    if changed && line.has_return {
        parts.push(view! { <em>"‹CR›"</em> }.into_any());
    }
    if changed && line.is_unended {
        parts.push(view! { <em>" no line feed at the end of the file"</em> }.into_any());
    }
    parts.into_any()
}

/// Text without marks; what hides in it is set apart.
fn plain(text: &str) -> AnyView {
    let hidden = pieces(text).filter(|piece| matches!(piece, Piece::Hidden(_))).take(SET_APART + 1).count();
    if hidden == 0 {
        return text.to_owned().into_any();
    }
    if hidden > SET_APART {
        return shown(text).into_any();
    }
    pieces(text)
        .map(|piece| match piece {
            Piece::Plain(text) => text.to_owned().into_any(),
            Piece::Hidden(character) => view! { <b class="hidden-char">{name(character)}</b> }.into_any(),
        })
        .collect_view()
        .into_any()
}
