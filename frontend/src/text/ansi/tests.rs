use super::sgr::Colour;
use super::*;
use test_case::test_case;

fn read(pieces: &[&str]) -> Vec<Line> {
    let mut parser = Parser::new();
    let mut lines = Vec::new();
    for piece in pieces {
        parser.feed(piece, |line| lines.push(line));
    }
    lines.push(parser.unfinished().clone());
    lines
}

fn texts(log: &str) -> Vec<String> {
    read(&[log]).into_iter().map(|line| line.text).collect()
}

/// The foreground of the only run of the only line.
fn foreground(log: &str) -> Option<u8> {
    let lines = read(&[log]);
    let style = lines[0].runs().next().unwrap().0;
    style.foreground.map(Colour::number)
}

#[test_case("a\nb\n", &["a", "b", ""]; "lines")]
#[test_case("a\r\nb", &["a", "b"]; "lines with carriage returns")]
#[test_case("10 %\r20 %\rdone\n", &["done", ""]; "a carriage return replaces the line")]
#[test_case("done\r", &["done"]; "but only when something follows")]
#[test_case("done\r\r\nx", &["done", "x"]; "several carriage returns before the end")]
#[test_case("a\x1b[2Kb\x1b[3Ac\x1b[?25ld", &["abcd"]; "moves and modes are dropped")]
#[test_case("\x1b]8;;http://evil.example\x07text\x1b]8;;\x1b\\!", &["text!"]; "links are dropped")]
#[test_case("\x1b]0;title\x1b\\a\x1bP1;2q...\x1b\\b\x1b_x\x07c", &["abc"]; "strings are dropped")]
#[test_case("\x1b]0;no end\nnext\x1b[31\nlast", &["", "next", "last"]; "an escape ends with its line at the latest")]
#[test_case("\x1b(Ba\x1b7b\x1b\x1b[1mc", &["abc"]; "character sets and saved cursors")]
#[test_case("a\x1b[31\x18mb", &["amb"]; "a cancelled escape")]
#[test_case("<script>alert(1)</script>", &["<script>alert(1)</script>"]; "markup is text")]
fn a_log_becomes_lines(log: &str, expected: &[&str]) {
    assert_eq!(texts(log), expected);
}

#[test]
fn a_piece_may_end_anywhere() {
    let log = "\x1b[1;31mfail\x1b[0m\r\n\x1b]0;t\x1b\\ok\rgood\n\x1b[38;2;1;200;3mx";
    let whole = read(&[log]);
    for end in (0..log.len()).filter(|&end| log.is_char_boundary(end)) {
        assert_eq!(read(&[&log[..end], &log[end..]]), whole, "cut at {end}");
    }
}

#[test]
fn a_style_lasts_over_lines_until_it_is_taken_back() {
    let lines = read(&["a\x1b[31mb\nc\x1b[39md"]);
    let red = Style { foreground: Some(sgr_red()), ..Style::default() };
    assert_eq!(lines[0].runs().collect::<Vec<_>>(), [(Style::default(), "a"), (red, "b")]);
    assert_eq!(lines[1].runs().collect::<Vec<_>>(), [(red, "c"), (Style::default(), "d")]);
}

fn sgr_red() -> Colour {
    read(&["\x1b[31mx"])[0].runs().next().unwrap().0.foreground.unwrap()
}

#[test]
fn a_replaced_line_keeps_no_style_of_the_one_before() {
    let lines = read(&["\x1b[31mold\x1b[0m\rnew"]);
    assert_eq!(lines[0].runs().collect::<Vec<_>>(), [(Style::default(), "new")]);
}

#[test_case("\x1b[31mx", Some(1))]
#[test_case("\x1b[91mx", Some(9); "bright")]
#[test_case("\x1b[31;39mx", None; "taken back")]
#[test_case("\x1b[31m\x1b[mx", None; "reset without a number")]
#[test_case("\x1b[38;5;2mx", Some(2); "of the palette")]
#[test_case("\x1b[38;5;196mx", Some(9); "the cube's red")]
#[test_case("\x1b[38;5;244mx", Some(8); "a grey")]
#[test_case("\x1b[38;2;10;160;20mx", Some(2); "a green of three parts")]
#[test_case("\x1b[38:2::0:0:255mx", Some(12); "with colons and a colour space")]
#[test_case("\x1b[38;2;1mx", None; "too few parts")]
#[test_case("\x1b[38;5;999mx", None; "out of the palette")]
#[test_case("\x1b[48;5;1;32mx", Some(2); "behind a background")]
#[test_case("\x1b[>4;1mx", None; "a private sequence")]
fn colours_become_the_nearest_of_sixteen(log: &str, expected: Option<u8>) {
    assert_eq!(foreground(log), expected);
}

#[test]
fn emphasis_is_set_and_taken_back() {
    let style = |log: &str| read(&[log])[0].runs().next().unwrap().0;
    let all = style("\x1b[1;2;3;4;7;9mx");
    assert!(all.bold && all.dim && all.italic && all.underline && all.inverse && all.strike);
    assert_eq!(style("\x1b[1;2;3;4;7;9m\x1b[22;23;24;27;29mx"), Style::default());
    assert!(!style("\x1b[4m\x1b[4:0mx").underline);
}

#[test]
fn an_endless_line_is_cut_and_says_how_much_is_missing() {
    let lines = read(&["x".repeat(MAX_LINE_BYTES + 7).as_str()]);
    assert_eq!((lines[0].text.len(), lines[0].left_out), (MAX_LINE_BYTES, 7));
}
