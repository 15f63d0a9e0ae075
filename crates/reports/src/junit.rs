//! JUnit XML, as the tools of many languages write it.
//!
//! There is no standard, so the reader asks for little: a `testsuites` or `testsuite` root and test cases anywhere
//! beneath it. Counts come from the cases themselves; the counts in attributes are often wrong, and are used only
//! to notice failures that no case shows.

mod tree;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use thiserror::Error;

use crate::limits::{MAX_NAME_BYTES, clip};
use crate::report::{Format, Report};
use tree::{Element, Tree};

/// How long a JUnit XML file may be, in bytes.
pub const MAX_JUNIT_BYTES: usize = 32 * 1024 * 1024;

const MAX_DETAIL_BYTES: usize = 300;

/// Why a file is not a usable JUnit report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JunitError {
    /// The file is empty, is not text in UTF-8, or does not begin as XML.
    #[error("the file is not XML in UTF-8")]
    NotXml,
    /// The file is XML with another root than `testsuites` or `testsuite`.
    #[error("the file is XML but not a JUnit report")]
    NotJunit,
    /// The file begins as a JUnit report and breaks off or is not well-formed.
    #[error("the JUnit report is malformed: {detail}")]
    Malformed {
        /// What is wrong and where, in one line.
        detail: String,
    },
    /// The report names no test and no failure.
    #[error("the JUnit report has no test")]
    Empty,
    /// The file is longer than [`MAX_JUNIT_BYTES`].
    #[error("the JUnit report is larger than {MAX_JUNIT_BYTES} bytes")]
    TooLarge,
}

/// Reads one JUnit XML file.
///
/// A test is named `classname::name`, or `name` alone where it begins with the class name or there is none. It is
/// failed if it has a `failure` or `error`, skipped if it has a `skipped`, and otherwise passed; earlier tries of a
/// test that was run again (`flakyFailure`, `rerunFailure`) do not count.
///
/// # Errors
///
/// See [`JunitError`]; a report that is cut off anywhere is an error, never a shorter report.
pub fn parse_junit(xml: &[u8]) -> Result<Report, JunitError> {
    if xml.len() > MAX_JUNIT_BYTES {
        return Err(JunitError::TooLarge);
    }
    let text = std::str::from_utf8(xml).map_err(|_| JunitError::NotXml)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return Err(JunitError::NotXml);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event();
        let position = reader.error_position();
        let event = event.map_err(|error| broken(&tree, &format!("{error} at byte {position}")))?;
        match event {
            Event::Start(start) => open(&mut tree, &start)?,
            Event::End(_) => tree.close(),
            Event::Text(text) => add_text(&mut tree, &String::from_utf8_lossy(&text))?,
            Event::CData(text) => add_text(&mut tree, &String::from_utf8_lossy(&text))?,
            Event::GeneralRef(name) => {
                let reference = format!("&{};", String::from_utf8_lossy(&name));
                add_text(&mut tree, &unescape(&reference).unwrap_or_else(|_| reference.as_str().into()))?;
            }
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if !tree.has_root() || tree.is_open() {
        return Err(broken(&tree, "the file ends before its root element does"));
    }
    let cases = tree.into_cases();
    if cases.is_empty() { Err(JunitError::Empty) } else { Ok(Report::from_cases(Format::JunitXml, cases)) }
}

fn broken(tree: &Tree, detail: &str) -> JunitError {
    if tree.has_root() {
        JunitError::Malformed { detail: clip(detail, MAX_DETAIL_BYTES).to_owned() }
    } else {
        JunitError::NotXml
    }
}

fn open(tree: &mut Tree, start: &BytesStart<'_>) -> Result<(), JunitError> {
    let attribute = |name: &str| attribute(start, name);
    let element = match start.local_name().as_ref() {
        b"testsuites" => Element::Suites,
        b"testsuite" => Element::Suite {
            name: attribute("name").map(|name| clip(&name, MAX_NAME_BYTES).to_owned()).unwrap_or_default(),
            claims_failure: ["failures", "errors"].into_iter().any(|key| is_positive(attribute(key))),
        },
        b"testcase" => Element::Case {
            name: attribute("name").unwrap_or_default(),
            class: attribute("classname").or_else(|| attribute("class")).unwrap_or_default(),
            was_left_out: is_left_out(attribute("status").or_else(|| attribute("result"))),
        },
        b"failure" | b"error" => Element::Failure { message: attribute("message").unwrap_or_default() },
        b"skipped" | b"disabled" | b"ignored" => {
            Element::Skip { is_todo: attribute("type").as_deref() == Some("todo") }
        }
        _ => Element::Other,
    };
    let is_root = !tree.is_open();
    if is_root && tree.has_root() {
        return Err(broken(tree, "there is a second root element"));
    }
    if is_root && !matches!(element, Element::Suites | Element::Suite { .. }) {
        return Err(JunitError::NotJunit);
    }
    tree.open(element);
    Ok(())
}

fn add_text(tree: &mut Tree, text: &str) -> Result<(), JunitError> {
    if !tree.is_open() && !text.trim().is_empty() {
        return Err(broken(tree, "there is text outside the root element"));
    }
    tree.text(text);
    Ok(())
}

/// Returns an attribute's value; entities that are not XML's own are left as they are written.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten();
    let mut named = attributes.filter(|attribute| attribute.key.local_name().as_ref() == name.as_bytes());
    let raw = String::from_utf8_lossy(&named.next()?.value).into_owned();
    Some(unescape(&raw).map(|value| value.into_owned()).unwrap_or(raw))
}

fn is_positive(number: Option<String>) -> bool {
    number.is_some_and(|number| number.trim().parse::<u64>().is_ok_and(|number| number > 0))
}

/// Says whether a case's status attribute, which GoogleTest and others write, tells that it did not run.
fn is_left_out(status: Option<String>) -> bool {
    const LEFT_OUT: [&str; 6] = ["notrun", "skipped", "disabled", "ignored", "suppressed", "pending"];
    status.is_some_and(|status| LEFT_OUT.iter().any(|word| status.eq_ignore_ascii_case(word)))
}
