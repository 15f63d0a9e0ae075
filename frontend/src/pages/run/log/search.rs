//! Searching a log.

use super::buffer::Buffer;
use crate::text::ansi::{Line, Style};
use crate::text::visible;
use std::ops::Range;

/// The lines that hold a text, kept up to date as the log grows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    text: String,
    /// Numbers of matching lines, rising.
    pub lines: Vec<usize>,
    /// Lines up to this number were looked at and will not change.
    looked: usize,
}

impl Search {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Looks at the lines that came since, and forgets those that are kept no more.
    pub fn update(&mut self, buffer: &Buffer) {
        let gone = self.lines.partition_point(|&number| number <= buffer.cut());
        self.lines.drain(..gone);
        let changed = self.lines.partition_point(|&number| number <= self.looked);
        self.lines.truncate(changed);
        if self.text.is_empty() {
            return;
        }
        for number in self.looked.max(buffer.cut()) + 1..=buffer.total() {
            if buffer.line(number).is_some_and(|line| !found(&line.text, &self.text).is_empty()) {
                self.lines.push(number);
            }
        }
        self.looked = buffer.finished();
    }

    /// The match after the line `from`, the first again behind the last.
    pub fn after(&self, from: Option<usize>) -> Option<usize> {
        let from = from.unwrap_or(0);
        self.lines.iter().find(|&&number| number > from).or(self.lines.first()).copied()
    }

    /// The match before the line `from`, the last again before the first.
    pub fn before(&self, from: Option<usize>) -> Option<usize> {
        let from = from.unwrap_or(usize::MAX);
        self.lines.iter().rev().find(|&&number| number < from).or(self.lines.last()).copied()
    }

    /// Which of the matches the line is, from 1.
    pub fn place(&self, line: usize) -> Option<usize> {
        self.lines.binary_search(&line).ok().map(|index| index + 1)
    }
}

/// Where `wanted` is in `text`, whatever the case of Latin letters.
fn found(text: &str, wanted: &str) -> Vec<Range<usize>> {
    let (bytes, wanted) = (text.as_bytes(), wanted.as_bytes());
    let mut places = Vec::new();
    let mut at = 0;
    while !wanted.is_empty() && at + wanted.len() <= bytes.len() {
        if bytes[at..at + wanted.len()].eq_ignore_ascii_case(wanted) {
            places.push(at..at + wanted.len());
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    places
}

/// A part of a line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub style: Style,
    pub text: String,
    pub kind: PartKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Plain,
    /// The name of a character that does not show itself.
    Hidden,
    /// What was searched for.
    Match,
}

/// The parts of a line, with matches of `wanted` apart.
pub fn parts(line: &Line, wanted: &str) -> Vec<Part> {
    let matches = found(&line.text, wanted);
    let mut parts = Vec::new();
    let mut at = 0;
    for (style, run) in line.runs() {
        let end = at + run.len();
        let mut from = at;
        for place in matches.iter().filter(|place| place.start < end && place.end > at) {
            let (start, stop) = (place.start.max(at), place.end.min(end));
            add(&mut parts, style, PartKind::Plain, &line.text[from..start]);
            add(&mut parts, style, PartKind::Match, &line.text[start..stop]);
            from = stop;
        }
        add(&mut parts, style, PartKind::Plain, &line.text[from..end]);
        at = end;
    }
    parts
}

fn add(parts: &mut Vec<Part>, style: Style, kind: PartKind, text: &str) {
    for piece in visible::pieces(text) {
        parts.push(match piece {
            visible::Piece::Plain(text) => Part { style, text: text.to_owned(), kind },
            visible::Piece::Hidden(character) => {
                Part { style, text: visible::name(character), kind: PartKind::Hidden }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Buffer {
        let mut buffer = Buffer::new();
        buffer.push(text);
        buffer
    }

    #[test]
    fn matches_are_found_whatever_their_case_and_visited_in_turn() {
        let mut search = Search::new("error");
        search.update(&log("Error: a\nfine\nan error\nERRORS"));
        assert_eq!(search.lines, [1, 3, 4]);
        assert_eq!(
            (search.after(None), search.after(Some(1)), search.after(Some(4))),
            (Some(1), Some(3), Some(1))
        );
        assert_eq!(
            (search.before(None), search.before(Some(1)), search.before(Some(4))),
            (Some(4), Some(4), Some(3))
        );
        assert_eq!((search.place(3), search.place(2)), (Some(2), None));
    }

    #[test]
    fn a_growing_line_is_looked_at_again() {
        let mut buffer = log("one err");
        let mut search = Search::new("error");
        search.update(&buffer);
        assert_eq!(search.lines, [0_usize; 0]);
        buffer.push("or\rtwo error\n");
        search.update(&buffer);
        search.update(&buffer);
        assert_eq!(search.lines, [1]);
        buffer.push("error");
        search.update(&buffer);
        buffer.push("\rnothing\n");
        search.update(&buffer);
        assert_eq!(search.lines, [1], "a replaced line matches no more");
    }

    #[test]
    fn an_empty_search_finds_nothing() {
        let mut search = Search::new("");
        search.update(&log("a\nb\n"));
        assert_eq!((search.after(None), search.before(None)), (None, None));
    }

    #[test]
    fn a_match_over_two_styles_is_marked_in_both() {
        let buffer = log("an \x1b[31mer\x1b[0mror\u{202E}!");
        let shown: Vec<_> = parts(buffer.line(1).unwrap(), "ERROR")
            .into_iter()
            .map(|part| (part.text, part.kind, part.style.foreground.is_some()))
            .collect();
        let expected = [
            ("an ", PartKind::Plain, false),
            ("er", PartKind::Match, true),
            ("ror", PartKind::Match, false),
            ("‹U+202E›", PartKind::Hidden, false),
            ("!", PartKind::Plain, false),
        ];
        assert_eq!(shown, expected.map(|(text, kind, red)| (text.to_owned(), kind, red)));
    }

    #[test]
    fn letters_beyond_latin_are_never_cut() {
        let buffer = log("größe € größe");
        let texts: Vec<_> =
            parts(buffer.line(1).unwrap(), "größe").into_iter().map(|part| (part.text, part.kind)).collect();
        assert_eq!(texts.len(), 3);
        assert_eq!(texts[2], ("größe".to_owned(), PartKind::Match));
    }
}
