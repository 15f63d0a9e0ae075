//! The indented outlines of suites and tests that JavaScript runners print.

use crate::limits::{MAX_NAME_BYTES, clip};

/// The titles a line stands beneath, told by indentation.
#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    titles: Vec<(usize, &'a str)>,
}

/// How deep an outline is followed; titles beneath are taken for siblings.
const MAX_DEPTH: usize = 16;

impl<'a> Outline<'a> {
    /// Forgets all titles, because another outline begins.
    pub(super) fn clear(&mut self) {
        self.titles.clear();
    }

    /// Enters a suite; those that are indented as far or farther have ended.
    pub(super) fn enter(&mut self, indent: usize, title: &'a str) {
        self.leave(indent);
        if self.titles.len() < MAX_DEPTH {
            self.titles.push((indent, clip(title, MAX_NAME_BYTES)));
        }
    }

    /// Returns the whole name of a test: its suites and its title with `separator` between them.
    pub(super) fn name(&mut self, indent: usize, title: &str, separator: &str) -> String {
        self.leave(indent);
        let mut titles: Vec<_> = self.titles.iter().map(|(_, title)| *title).collect();
        titles.push(title);
        titles.join(separator)
    }

    /// Ends the suite whose title a line repeats, and says whether there is one.
    pub(super) fn close(&mut self, indent: usize, title: &str) -> bool {
        let is_open = self.titles.contains(&(indent, clip(title, MAX_NAME_BYTES)));
        if is_open {
            self.leave(indent);
        }
        is_open
    }

    fn leave(&mut self, indent: usize) {
        while self.titles.last().is_some_and(|(known, _)| *known >= indent) {
            self.titles.pop();
        }
    }
}

/// Splits a line into how far it is indented, in spaces, and its text.
pub(super) fn indented(line: &str) -> (usize, &str) {
    let text = line.trim_start_matches(' ');
    (line.len() - text.len(), text.trim_end())
}

/// Cuts a duration such as ` (3 ms)`, ` (0.74ms)` or ` 5ms` off a title.
pub(super) fn without_duration(title: &str) -> &str {
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_duration = |text: &str| {
        let number = text.strip_suffix("ms").or_else(|| text.strip_suffix('s'));
        number.is_some_and(|number| is_number(number.trim_end()))
    };
    let cut = match title.strip_suffix(')') {
        Some(rest) => rest.rsplit_once(" ("),
        None => title.rsplit_once(' '),
    };
    match cut {
        Some((rest, duration)) if is_duration(duration) => rest.trim_end(),
        _ => title,
    }
}
