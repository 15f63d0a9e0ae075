//! Object ids.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A full object id: 40 (SHA-1) or 64 (SHA-256) lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(String);

/// The text is not a full lowercase hexadecimal object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an object id: expected 40 or 64 lowercase hexadecimal digits")]
pub struct OidError;

impl Oid {
    /// Reads a full object id; abbreviations, uppercase digits and surrounding space are refused.
    pub fn parse(text: &str) -> Result<Self, OidError> {
        let length_fits = matches!(text.len(), 40 | 64);
        let digits_fit = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if length_fits && digits_fit { Ok(Self(text.to_owned())) } else { Err(OidError) }
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Oid {
    type Error = OidError;

    fn try_from(text: String) -> Result<Self, OidError> {
        Self::parse(&text)
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.0
    }
}
