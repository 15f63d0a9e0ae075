//! The lines of a log that the browser keeps.

use crate::text::ansi::{Line, Parser};
use std::collections::VecDeque;

/// The most lines kept.
pub const CAPACITY: usize = 50_000;

/// The newest lines of a log, and how many came before them. Lines are numbered from 1.
#[derive(Debug, Clone)]
pub struct Buffer {
    parser: Parser,
    lines: VecDeque<Line>,
    /// Finished lines that are kept no more.
    cut: usize,
    capacity: usize,
}

impl Buffer {
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { parser: Parser::new(), lines: VecDeque::new(), cut: 0, capacity }
    }

    /// Reads on.
    pub fn push(&mut self, text: &str) {
        let Self { parser, lines, cut, capacity } = self;
        parser.feed(text, |line| {
            if lines.len() == *capacity {
                lines.pop_front();
                *cut += 1;
            }
            lines.push_back(line);
        });
    }

    /// How many lines the log has, those cut included; the last may be unfinished.
    pub fn total(&self) -> usize {
        let unfinished = usize::from(!self.parser.unfinished().text.is_empty());
        self.cut + self.lines.len() + unfinished
    }

    /// How many lines at its beginning are not kept.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// Lines that will not change any more, those cut included.
    pub fn finished(&self) -> usize {
        self.cut + self.lines.len()
    }

    /// How many lines can be shown.
    pub fn kept(&self) -> usize {
        self.total() - self.cut
    }

    /// The line of this number, if it is kept.
    pub fn line(&self, number: usize) -> Option<&Line> {
        let index = number.checked_sub(self.cut + 1)?;
        match self.lines.get(index) {
            Some(line) => Some(line),
            None if index == self.lines.len() && number <= self.total() => Some(self.parser.unfinished()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(buffer: &Buffer, number: usize) -> Option<&str> {
        buffer.line(number).map(|line| line.text.as_str())
    }

    #[test]
    fn lines_are_numbered_from_one_and_the_last_may_be_unfinished() {
        let mut buffer = Buffer::with_capacity(10);
        buffer.push("one\ntw");
        assert_eq!((text(&buffer, 1), text(&buffer, 2), text(&buffer, 3)), (Some("one"), Some("tw"), None));
        assert_eq!((buffer.total(), buffer.finished()), (2, 1));
        buffer.push("o\n");
        assert_eq!((text(&buffer, 2), buffer.total(), buffer.finished()), (Some("two"), 2, 2));
        assert_eq!(text(&buffer, 0), None);
    }

    #[test]
    fn old_lines_are_cut_and_numbers_stay() {
        let mut buffer = Buffer::with_capacity(3);
        buffer.push("1\n2\n3\n4\n5\n6");
        assert_eq!((buffer.cut(), buffer.total(), buffer.kept()), (2, 6, 4));
        assert_eq!((text(&buffer, 2), text(&buffer, 3), text(&buffer, 6)), (None, Some("3"), Some("6")));
    }
}
