//! `If-Match` and `If-None-Match`.

use crate::error::{Error, Result};
use actix_web::dev::Payload;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use domain::FaultCode;
use std::future::{Ready, ready};

/// What [`parse`] takes of a request that names something, as JSON Schema says it.
pub const IF_MATCH_PATTERN: &str = r#"^(\*|"[\x21\x23-\x7e]*"( *, *"[\x21\x23-\x7e]*")*)$"#;

/// What the request says it acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    Absent,
    /// `*`: whatever is there.
    Any,
    /// The texts of strong entity tags.
    Tags(Vec<String>),
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values: Vec<&str> =
            request.headers().get_all(IF_MATCH).map(|value| value.to_str().unwrap_or("\u{0}")).collect();
        ready(parse(&values.join(",")))
    }
}

fn parse(text: &str) -> Result<IfMatch> {
    let text = text.trim();
    match text {
        "" => return Ok(IfMatch::Absent),
        "*" => return Ok(IfMatch::Any),
        _ => {}
    }
    let mut tags = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let opened = rest.strip_prefix('"').ok_or_else(malformed)?;
        let (tag, after) = opened.split_once('"').ok_or_else(malformed)?;
        if !tag.bytes().all(|byte| byte == b'!' || (b'#'..=b'~').contains(&byte) || byte >= 0x80) {
            return Err(malformed());
        }
        tags.push(tag.to_owned());
        rest = after.trim_start();
        if let Some(next) = rest.strip_prefix(',') {
            rest = next.trim_start();
            if rest.is_empty() {
                return Err(malformed());
            }
        } else if !rest.is_empty() {
            return Err(malformed());
        }
    }
    Ok(IfMatch::Tags(tags))
}

fn malformed() -> Error {
    Error::fault(
        "/headers/If-Match",
        FaultCode::InvalidFormat,
        "Expected strong entity tags in quotes, separated by commas; weak ones do not count.",
    )
}

/// The entity tag with this text.
pub fn etag(text: impl std::fmt::Display) -> String {
    format!("\"{text}\"")
}

/// Whether `If-None-Match` names this tag, by weak comparison.
pub fn is_not_modified(request: &HttpRequest, tag: &str) -> bool {
    let values = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("", &Ok(IfMatch::Absent))]
    #[test_case("*", &Ok(IfMatch::Any))]
    #[test_case("\"17\"", &Ok(IfMatch::Tags(vec!["17".into()])))]
    #[test_case("\"a\" , \"b\"", &Ok(IfMatch::Tags(vec!["a".into(), "b".into()])))]
    #[test_case("W/\"17\"", &Err(()) ; "weak")]
    #[test_case("17", &Err(()) ; "without quotes")]
    #[test_case("\"17\",", &Err(()) ; "a comma too many")]
    #[test_case("\"17\" \"18\"", &Err(()) ; "a comma missing")]
    fn if_match_is_a_list_of_strong_tags(text: &str, expected: &std::result::Result<IfMatch, ()>) {
        assert_eq!(&parse(text).map_err(|_| ()), expected);
    }
}
