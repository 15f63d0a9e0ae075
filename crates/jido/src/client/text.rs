//! Text for a terminal: harmless, and as people say things.

use domain::Timestamp;
use std::fmt::Write;
use std::io::IsTerminal;

/// Whether the character moves, hides or reorders what a terminal shows, or takes no room there.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line of untrusted text: what a terminal would act on is written out.
pub fn clean(text: &str) -> String {
    escaped(text, |_| false)
}

/// Several lines of untrusted text.
pub fn clean_lines(text: &str) -> String {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

/// Untrusted text as one line: what begins a new one stands behind a stroke.
pub fn one_line(text: &str) -> String {
    clean(&text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / "))
}

/// JSON with the same meaning, in which what a terminal would act on stands as an escape.
pub fn clean_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        // A line feed stands between tokens alone: within a text it is an escape already.
        if is_harmful(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

fn escaped(text: &str, keeps: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) && !keeps(character) {
            let _ = write!(out, "{}", character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// What becomes of a log's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Kept,
    Dropped,
}

/// A log as it may be printed: colours stay where the reader is a terminal, all else that acts is written out.
pub fn clean_log(text: &str) -> String {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colours = if std::io::stdout().is_terminal() && !unwanted { Colours::Kept } else { Colours::Dropped };
    log_with(colours, text)
}

fn log_with(colours: Colours, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut coloured = false;
    while let Some(start) = rest.find('\u{1b}') {
        out.push_str(&clean_lines(&rest[..start].replace("\r\n", "\n")));
        rest = &rest[start..];
        match colour_sequence(rest) {
            Some(length) => {
                if colours == Colours::Kept {
                    out.push_str(&rest[..length]);
                    coloured = !matches!(&rest[..length], "\u{1b}[0m" | "\u{1b}[m");
                }
                rest = &rest[length..];
            }
            None => {
                out.push_str(&clean("\u{1b}"));
                rest = &rest[1..];
            }
        }
    }
    out.push_str(&clean_lines(&rest.replace("\r\n", "\n")));
    if coloured {
        // Whatever is printed next is not the log's to colour, or to hide.
        out.push_str("\u{1b}[0m");
    }
    out
}

/// How long the colour sequence is with which the text begins, if it does.
fn colour_sequence(text: &str) -> Option<usize> {
    let body = text.strip_prefix("\u{1b}[")?;
    let digits = body.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    (body.as_bytes().get(digits) == Some(&b'm')).then_some(digits + 3)
}

/// A span of time: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`.
pub fn span(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{}.{} s", seconds, milliseconds % 1000 / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How long ago an instant was, to one unit.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// The time of day of an instant, in UTC.
pub fn clock_time(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(11..19).unwrap_or_default().to_owned()
}

/// `1 file`, `2 files`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test]
    fn several_lines_become_one() {
        assert_eq!(
            one_line("The push was rejected:\n  [remote rejected]\r\n\nerror\u{1b}[2J"),
            "The push was rejected: / [remote rejected] / error\\u{1b}[2J"
        );
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_gets_through() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\u{a}c");
        assert_eq!(clean("user\u{202e}txt.exe"), "user\\u{202e}txt.exe");
        assert_eq!(clean_lines("a\n\tb\r\u{7}"), "a\n\tb\\u{d}\\u{7}");
        assert_eq!(clean("Grüße, 世界 👋"), "Grüße, 世界 👋");
    }

    #[test_case("\u{9b}31m"; "a control of eight bits")]
    #[test_case("a\u{7f}\u{202e}b\u{2028}"; "delete, direction, and a line of another kind")]
    #[test_case("\u{e0041}"; "a tag beyond the basic plane")]
    fn json_keeps_its_meaning_and_loses_its_harm(text: &str) {
        let document = serde_json::json!({ "a": [text, "Grüße\n👋"] });
        let clean = clean_json(&format!("{document:#}"));
        assert!(!clean.chars().any(|character| is_harmful(character) && character != '\n'), "{clean:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&clean).unwrap(), document);
    }

    #[test]
    fn the_colours_of_a_log_end_with_it() {
        assert_eq!(log_with(Colours::Kept, "\u{1b}[8mhidden"), "\u{1b}[8mhidden\u{1b}[0m");
        assert_eq!(log_with(Colours::Kept, "\u{1b}[31mred\u{1b}[0m"), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(log_with(Colours::Kept, "plain"), "plain");
    }

    #[test]
    fn json_means_the_same_without_control_characters() {
        let value = serde_json::json!({ "a\u{9b}": "b\u{7f}\u{1b}\r\n\u{202e}" });
        let text = clean_json(&format!("{value:#}"));
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_log_loses_its_colours_where_no_terminal_reads_it() {
        // Tests have no terminal.
        assert_eq!(
            clean_log("\u{1b}[31;1mred\u{1b}[0m\r\n\u{1b}]0;title\u{7}"),
            "red\n\\u{1b}]0;title\\u{7}"
        );
        assert_eq!(clean_log("50 %\r100 %\n"), "50 %\\u{d}100 %\n");
    }

    #[test_case(12, "12 ms")]
    #[test_case(3_456, "3.4 s")]
    #[test_case(125_000, "2 min 5 s")]
    #[test_case(12_000_000, "3 h 20 min")]
    #[test_case(353_000_000, "4 d 2 h")]
    fn spans_are_said_in_two_units(milliseconds: u64, expected: &str) {
        assert_eq!(span(milliseconds), expected);
    }

    #[test]
    fn an_instant_is_said_by_its_distance() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        assert_eq!(ago(at(10), at(15)), "5 s ago");
        assert_eq!(ago(at(10), at(5)), "0 s ago");
        assert_eq!(ago(at(0), at(7_300)), "2 h ago");
        assert_eq!(ago(at(0), at(900_000)), "10 d ago");
        assert_eq!(clock_time(at(3_661)), "01:01:01");
    }
}
