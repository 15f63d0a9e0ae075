//! Characters that a reader would not see, or that reorder what is read.
//!
//! Text that a repository, an agent or a test wrote can hold them to make a line look like another one. They are
//! shown by their number instead.

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Shows as it is.
    Plain(&'a str),
    /// Must be shown by its [`name`].
    Hidden(char),
}

/// Splits a text at its hidden characters.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if is_hidden(first) {
            rest = &rest[first.len_utf8()..];
            return Some(Piece::Hidden(first));
        }
        let end = rest.find(is_hidden).unwrap_or(rest.len());
        let (plain, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Plain(plain))
    })
}

/// How a hidden character is shown, such as `‹U+202E›`.
pub fn name(character: char) -> String {
    format!("‹U+{:04X}›", u32::from(character))
}

/// The text with every hidden character shown by its [`name`].
pub fn shown(text: &str) -> String {
    pieces(text).fold(String::with_capacity(text.len()), |mut shown, piece| {
        match piece {
            Piece::Plain(plain) => shown.push_str(plain),
            Piece::Hidden(character) => shown.push_str(&name(character)),
        }
        shown
    })
}

/// Whether a character takes no room of its own, or changes the order of its neighbours. Tab and line feed, which
/// every text holds, are not meant.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{00}'..='\u{08}' | '\u{0B}'..='\u{1F}' | '\u{7F}'..='\u{9F}' // controls
        | '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{FEFF}' // soft hyphen, joiners of no width
        | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' // direction
        | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // fillers, which show as blanks
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' // annotations, tags, supplementary selectors
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("if access\u{202E} == user", "if access‹U+202E› == user"; "an override of the direction")]
    #[test_case("pass\u{200B}word", "pass‹U+200B›word"; "a space of no width")]
    #[test_case("a\u{8}b", "a‹U+0008›b"; "a backspace")]
    #[test_case("\u{9B}31m", "‹U+009B›31m"; "an escape in one character")]
    #[test_case("\u{E0041}", "‹U+E0041›"; "a tag")]
    #[test_case("\tä € 😀 שלום\n", "\tä € 😀 שלום\n"; "what people write stays")]
    fn characters_that_hide_are_shown(text: &str, expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn pieces_hold_the_whole_text_in_order() {
        let found: Vec<_> = pieces("\u{FEFF}ab\u{200B}\u{200B}c").collect();
        let expected = [
            Piece::Hidden('\u{FEFF}'),
            Piece::Plain("ab"),
            Piece::Hidden('\u{200B}'),
            Piece::Hidden('\u{200B}'),
            Piece::Plain("c"),
        ];
        assert_eq!(found, expected);
    }
}
