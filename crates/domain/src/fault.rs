//! Faults of a request or document: where, which and why, all of them at once.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with one value. Machines read this; people read the detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    Required,
    UnknownField,
    WrongType,
    TooShort,
    TooLong,
    TooSmall,
    TooLarge,
    TooMany,
    TooFew,
    NotAllowed,
    InvalidFormat,
    NotUnique,
    NotFound,
    UnknownStep,
    DuplicateStep,
    Cycle,
    NotAnAncestor,
    UnreachableStep,
    InvalidSchema,
    InvalidTemplate,
    UngatedShip,
    Unsupported,
    Invalid,
}

/// One fault: a JSON pointer (RFC 6901) to the value, a code, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub pointer: String,
    pub code: FaultCode,
    pub detail: String,
    /// The bound that was broken, where the code speaks of one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u64>,
}

impl Fault {
    pub fn new(pointer: impl Into<String>, code: FaultCode, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into(), limit: None }
    }

    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The same fault with its pointer beneath `prefix`.
    pub fn beneath(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.detail)
    }
}

/// Escapes one name for use in a JSON pointer.
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
