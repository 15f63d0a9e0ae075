//! Moving from match to match.

use super::OpenLog;
use crate::pages::run::log::search::Search;
use crate::pages::run::log::window;
use leptos::prelude::*;

impl OpenLog {
    /// Searches for another text, from the lines in sight on.
    pub fn search_for(self, text: String) {
        self.search.set_value(Search::new(&text));
        self.update_search();
        self.wanted.set(text);
        let top = self.cut() + (self.top.get_untracked() / window::ROW) as usize;
        let first = self.search.with_value(|search| search.after(Some(top)));
        self.go_to_match(first);
    }

    pub fn next_match(self) {
        let at = self.current.get_untracked();
        self.go_to_match(self.search.with_value(|search| search.after(at)));
    }

    pub fn previous_match(self) {
        let at = self.current.get_untracked();
        self.go_to_match(self.search.with_value(|search| search.before(at)));
    }

    fn go_to_match(self, line: Option<usize>) {
        self.current.set(line);
        if let Some(line) = line {
            self.show_line(line);
        }
    }

    /// `3 of 12 lines`, where something is searched for.
    pub fn matches(self) -> Option<String> {
        self.version.track();
        if self.wanted.with(String::is_empty) {
            return None;
        }
        let current = self.current.get();
        self.search.with_value(|search| {
            let place = current.and_then(|line| search.place(line));
            Some(match (search.lines.len(), place) {
                (0, _) => "No match".to_owned(),
                (count, Some(place)) => format!("{place} of {count}"),
                (1, None) => "1 line".to_owned(),
                (count, None) => format!("{count} lines"),
            })
        })
    }
}
