//! The lines of TAP.

use crate::output::scan::count;

/// How deep subtests may be nested; deeper ones are taken for other output.
pub(super) const MAX_DEPTH: usize = 15;

/// A line of TAP and how many subtests it stands within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) depth: usize,
    pub(super) content: Content<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// `TAP version 14`
    Version,
    /// `1..4`
    Plan(u64),
    /// `ok 1 - adds # SKIP no network`
    Test(Test<'a>),
    /// `Bail out! no database`
    BailOut(&'a str),
}

/// A test point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Test<'a> {
    pub(super) verdict: Verdict,
    pub(super) number: Option<u64>,
    pub(super) description: &'a str,
    pub(super) directive: Directive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    NotOk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    None,
    Skip,
    Todo,
}

impl<'a> Line<'a> {
    /// Reads a line; each four spaces before it are one more level of subtests.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let depth = (indent.is_multiple_of(4) && indent / 4 <= MAX_DEPTH).then_some(indent / 4)?;
        let content = match text.strip_prefix("TAP version ") {
            Some(version) => {
                (depth == 0 && matches!(version.trim_end(), "12" | "13" | "14")).then_some(Content::Version)
            }
            None => plan(text).or_else(|| test(text)).or_else(|| bail_out(text)),
        };
        content.map(|content| Self { depth, content })
    }
}

fn plan(text: &str) -> Option<Content<'_>> {
    let rest = text.strip_prefix("1..")?;
    let (number, comment) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_plan = comment.trim().is_empty() || comment.trim_start().starts_with('#');
    is_plan.then_some(Content::Plan(count(number)?))
}

fn bail_out(text: &str) -> Option<Content<'_>> {
    text.strip_prefix("Bail out!").map(|reason| Content::BailOut(reason.trim()))
}

/// Reads a test point, which must have a number or a dash before its description: `ok` alone is an ordinary word.
fn test(text: &str) -> Option<Content<'_>> {
    let (verdict, rest) = match text.strip_prefix("not ok ") {
        Some(rest) => (Verdict::NotOk, rest),
        None => (Verdict::Ok, text.strip_prefix("ok ")?),
    };
    let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let number = count(word);
    let rest = if number.is_some() { after.trim_start() } else { rest };
    let dashed = rest.strip_prefix("- ").or_else(|| (rest == "-").then_some(""));
    if number.is_none() && dashed.is_none() {
        return None;
    }
    let (description, directive) = directive(dashed.unwrap_or(rest));
    Some(Content::Test(Test { verdict, number, description, directive }))
}

/// Cuts the directive off a description; an escaped `\#` begins none.
fn directive(text: &str) -> (&str, Directive) {
    for (at, _) in text.match_indices('#') {
        let before = &text[..at];
        let word = text[at + 1..].trim_start();
        let begins =
            |name: &str| word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let is_escaped = before.ends_with('\\');
        if !is_escaped && begins("skip") {
            return (before.trim_end(), Directive::Skip);
        }
        if !is_escaped && begins("todo") {
            return (before.trim_end(), Directive::Todo);
        }
    }
    (text.trim_end(), Directive::None)
}
