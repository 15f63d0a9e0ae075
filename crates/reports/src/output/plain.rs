//! Terminal output as plain lines.

use std::iter::Peekable;
use std::str::Chars;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';

/// Returns `output` without terminal escape sequences; a carriage return ends a line, with or without a line feed.
pub(crate) fn without_escapes(output: &str) -> String {
    let mut plain = String::with_capacity(output.len());
    let mut chars = output.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ESCAPE => skip_sequence(&mut chars),
            '\r' => {
                chars.next_if_eq(&'\n');
                plain.push('\n');
            }
            other => plain.push(other),
        }
    }
    plain
}

fn skip_sequence(chars: &mut Peekable<Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            while chars.next_if(|char| matches!(char, '\u{20}'..='\u{3f}')).is_some() {}
            chars.next_if(|char| matches!(char, '\u{40}'..='\u{7e}'));
        }
        Some(']') => skip_command(chars),
        _ => {
            while chars.next_if(|char| matches!(char, '\u{20}'..='\u{2f}')).is_some() {}
            chars.next_if(|char| matches!(char, '\u{30}'..='\u{7e}'));
        }
    }
}

/// Skips an operating system command, such as a hyperlink, up to its terminator or the end of the line.
fn skip_command(chars: &mut Peekable<Chars<'_>>) {
    while let Some(char) = chars.next_if(|char| !matches!(char, '\n' | '\r')) {
        if char == BELL || (char == ESCAPE && chars.next_if_eq(&'\\').is_some()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("\u{1b}[1m\u{1b}[92mok\u{1b}[0m", "ok"; "colours")]
    #[test_case("\u{1b}]8;;file:///x\u{1b}\\link\u{1b}]8;;\u{7}", "link"; "a hyperlink")]
    #[test_case("\u{1b}]8;;never closed\nnext", "\nnext"; "a command that never ends")]
    #[test_case("a\r\nb\rc", "a\nb\nc"; "carriage returns")]
    #[test_case("\u{1b}(Bx\u{1b}", "x"; "a character set and a lone escape")]
    #[test_case("naïve\t✗ [x]", "naïve\t✗ [x]"; "ordinary text")]
    fn escapes_are_removed(output: &str, plain: &str) {
        assert_eq!(without_escapes(output), plain);
    }
}
