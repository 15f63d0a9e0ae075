//! The output of terminal programs as lines of styled text.
//!
//! Of all escapes only colours and emphasis are obeyed. Links, titles, cursor moves and everything else a log could
//! trick its reader with are dropped; so that no log can hide what follows, an escape without an end stops at the end
//! of its line. Ready-made parsers go on to the terminator, as terminals do, which is why this is written here.

mod sgr;

pub use sgr::Style;

/// What of one line is kept; the rest is counted.
const MAX_LINE_BYTES: usize = 16 * 1024;
/// The longest list of parameters that any escape for colours needs, generously.
const MAX_PARAMETERS: usize = 64;

/// A line of a log, without its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub text: String,
    /// Where styles begin, by byte; before the first the style is plain.
    styles: Vec<(usize, Style)>,
    /// Characters that were left out because the line is too long.
    pub left_out: usize,
}

impl Line {
    /// The line's text in runs of one style.
    pub fn runs(&self) -> impl Iterator<Item = (Style, &str)> {
        let begins = std::iter::once((0, Style::default())).chain(self.styles.iter().copied());
        let ends = self.styles.iter().map(|&(at, _)| at).chain(std::iter::once(self.text.len()));
        begins
            .zip(ends)
            .filter_map(|((from, style), to)| self.text.get(from..to).map(|text| (style, text)))
            .filter(|(_, text)| !text.is_empty())
    }

    fn push(&mut self, character: char, style: Style) {
        if self.text.len() >= MAX_LINE_BYTES {
            self.left_out += 1;
            return;
        }
        let current = self.styles.last().map_or(Style::default(), |&(_, style)| style);
        if current != style {
            self.styles.push((self.text.len(), style));
        }
        self.text.push(character);
    }

    fn clear(&mut self) {
        self.text.clear();
        self.styles.clear();
        self.left_out = 0;
    }
}

/// Inside which escape the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// Behind ESC.
    Escape,
    /// Behind ESC and an intermediate character.
    Intermediate,
    /// In a control sequence.
    Sequence,
    /// In a string of an escape: a title, a link.
    String,
    /// In such a string, behind ESC.
    StringEscape,
}

/// Reads a log piece by piece; a piece may end anywhere.
#[derive(Debug, Clone)]
pub struct Parser {
    state: State,
    parameters: String,
    style: Style,
    line: Line,
    /// A carriage return came: what follows replaces the line, unless its end follows.
    returned: Carriage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carriage {
    Within,
    Returned,
}

impl Parser {
    pub fn new() -> Self {
        Self {
            state: State::Text,
            parameters: String::new(),
            style: Style::default(),
            line: Line::default(),
            returned: Carriage::Within,
        }
    }

    /// The line whose end has not come.
    pub fn unfinished(&self) -> &Line {
        &self.line
    }

    /// Reads on; `finished` gets every line that ends.
    pub fn feed(&mut self, text: &str, mut finished: impl FnMut(Line)) {
        for character in text.chars() {
            if character == '\n' {
                self.state = State::Text;
                self.returned = Carriage::Within;
                finished(std::mem::take(&mut self.line));
            } else {
                self.take(character);
            }
        }
    }

    fn take(&mut self, character: char) {
        self.state = match (self.state, character) {
            // ESC begins anew everywhere; CAN and SUB end every escape.
            (State::String, '\u{1B}') => State::StringEscape,
            (_, '\u{1B}') => State::Escape,
            (State::Text, character) => {
                self.text(character);
                State::Text
            }
            (_, '\u{18}' | '\u{1A}') => State::Text,
            (State::Escape, '[') => {
                self.parameters.clear();
                State::Sequence
            }
            (State::Escape, ']' | 'P' | 'X' | '^' | '_') => State::String,
            (State::Escape | State::Intermediate, ' '..='/') => State::Intermediate,
            (State::Escape | State::Intermediate, _) => State::Text,
            (State::Sequence, '@'..='~') => {
                if character == 'm' {
                    self.style = self.style.with(&self.parameters);
                }
                State::Text
            }
            (State::Sequence, character) => {
                if self.parameters.len() < MAX_PARAMETERS {
                    self.parameters.push(character);
                }
                State::Sequence
            }
            (State::String | State::StringEscape, '\u{7}') | (State::StringEscape, _) => State::Text,
            (State::String, _) => State::String,
        };
    }

    fn text(&mut self, character: char) {
        if character == '\r' {
            self.returned = Carriage::Returned;
            return;
        }
        if self.returned == Carriage::Returned {
            self.returned = Carriage::Within;
            self.line.clear();
        }
        self.line.push(character, self.style);
    }
}

#[cfg(test)]
mod tests;
