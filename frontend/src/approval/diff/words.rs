//! Which part of a line changed.

use std::ops::Range;

/// Lines of this many bytes or more are not compared.
const LONG: usize = 1_000;

/// The bytes in which two versions of a line differ: what is left between equal beginnings and equal ends, by whole
/// words. `None` where the lines are too long, or have so little in common that marks would only be noise.
pub fn changed(old: &str, new: &str) -> Option<(Range<usize>, Range<usize>)> {
    if old.len() >= LONG || new.len() >= LONG || old == new {
        return None;
    }
    let (old_words, new_words) = (words(old), words(new));
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = old_words.iter().zip(&new_words).take_while(same).count();
    let most = old_words.len().min(new_words.len()) - before;
    let after = old_words.iter().rev().zip(new_words.iter().rev()).take(most).take_while(same).count();
    let part = |words: &[&str]| {
        let start = words[..before].concat().len();
        let end = words[words.len() - after..].concat().len();
        start..words.concat().len() - end
    };
    let (old_part, new_part) = (part(&old_words), part(&new_words));
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let common = visible(old).saturating_sub(visible(old.get(old_part.clone())?));
    (3 * common >= visible(old).max(visible(new))).then_some((old_part, new_part))
}

/// Words, and every other character by itself; together they are the text.
fn words(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("let a = old(1);", "let a = new(1);", Some(("old", "new")); "a word")]
    #[test_case("call(a)", "call(a, b)", Some(("", ", b")); "an insertion")]
    #[test_case("x = 12345;", "x = 12346;", Some(("12345", "12346")); "never a part of a word")]
    #[test_case("größe = alt und weit", "größe = neu und weit", Some(("alt", "neu")); "letters of several bytes")]
    #[test_case("aa aa", "aa aa aa", Some(("", " aa")); "the same word repeated")]
    #[test_case("one two three", "vier fünf sechs", None; "nothing in common")]
    #[test_case("same", "same", None; "no difference")]
    fn the_changed_part_is_found(old: &str, new: &str, expected: Option<(&str, &str)>) {
        let found = changed(old, new).map(|(a, b)| (old[a].to_owned(), new[b].to_owned()));
        assert_eq!(found.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), expected);
    }

    #[test]
    fn long_lines_are_not_compared() {
        let long = "a ".repeat(500);
        assert_eq!(changed(&long, &format!("{long}b")), None);
    }
}
