//! Opaque cursors: base64url of a small JSON document with a version and a kind.

use crate::error::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::FaultCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// A place in a list. `kind` names the list, so that a cursor of another one is refused.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor<T> {
    #[serde(rename = "v")]
    version: u32,
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "p")]
    place: T,
}

impl<T: Serialize + DeserializeOwned> Cursor<T> {
    /// The text of a place.
    pub fn write(kind: &str, place: T) -> String {
        let cursor = Self { version: VERSION, kind: kind.to_owned(), place };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// The place that a text names; a fault at `pointer` for any other text.
    pub fn read(kind: &str, text: &str, pointer: &str) -> Result<T> {
        Self::parse(kind, text).ok_or_else(|| {
            Error::fault(
                pointer,
                FaultCode::InvalidFormat,
                "Expected a cursor as this server gave it for this list.",
            )
        })
    }

    fn parse(kind: &str, text: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        (cursor.version == VERSION && cursor.kind == kind).then_some(cursor.place)
    }
}

/// The `Link` header of the next page: this request's address with the new cursor.
pub fn next_link(request: &actix_web::HttpRequest, cursor: &str) -> String {
    let kept =
        request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<&str> = kept.collect();
    let separator = if query.is_empty() { "" } else { "&" };
    format!("<{}?{}{separator}cursor={cursor}>; rel=\"next\"", request.path(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_for_its_own_list_alone() {
        let text = Cursor::write("runs", 7_i64);
        assert_eq!(Cursor::<i64>::read("runs", &text, "/query/cursor").unwrap(), 7);
        assert!(Cursor::<i64>::read("projects", &text, "/query/cursor").is_err());
        for garbage in ["", "%%%", "e30", "bnVsbA", "AAAA"] {
            assert!(Cursor::<i64>::read("runs", garbage, "/query/cursor").is_err(), "{garbage}");
        }
    }
}
