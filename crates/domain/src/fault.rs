//! Faults of a request or document: where, which and why, all of them at once.

use crate::event::names;
use serde::{Deserialize, Serialize};
use std::fmt;

names! {
    /// What is wrong with one value. Machines read this; people read the detail.
    pub enum FaultCode {
        /// It is missing.
        Required = "required",
        /// Nothing here has this name.
        UnknownField = "unknown_field",
        /// It is of another JSON type.
        WrongType = "wrong_type",
        /// It has fewer characters than `limit`.
        TooShort = "too_short",
        /// It has more characters or bytes than `limit`.
        TooLong = "too_long",
        /// It is less than `limit`.
        TooSmall = "too_small",
        /// It is more than `limit`.
        TooLarge = "too_large",
        /// It has more items than `limit`.
        TooMany = "too_many",
        /// It has fewer items than `limit`.
        TooFew = "too_few",
        /// It is none of the values that may stand here.
        NotAllowed = "not_allowed",
        /// It is not written as it must be.
        InvalidFormat = "invalid_format",
        /// It stands twice.
        NotUnique = "not_unique",
        /// It names something that does not exist.
        NotFound = "not_found",
        /// It names a step that the definition lacks.
        UnknownStep = "unknown_step",
        /// Two steps have this key.
        DuplicateStep = "duplicate_step",
        /// The steps need each other in a circle.
        Cycle = "cycle",
        /// It names a step that does not come before this one.
        NotAnAncestor = "not_an_ancestor",
        /// Nothing leads to the step.
        UnreachableStep = "unreachable_step",
        /// It is no JSON Schema that can be used.
        InvalidSchema = "invalid_schema",
        /// The template cannot be read, or refers to what does not exist.
        InvalidTemplate = "invalid_template",
        /// A step ships, and no gate comes before it.
        UngatedShip = "ungated_ship",
        /// This version of the server cannot do it.
        Unsupported = "unsupported",
        /// It breaks a rule that `detail` names.
        Invalid = "invalid",
    }
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

/// The name that one token of a JSON pointer stands for.
pub fn pointer_name(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
