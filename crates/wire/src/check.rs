//! Rules that JSON Schema states too, as functions for `validator`, and its errors as faults.

use domain::fault::pointer_token;
use domain::{Fault, FaultCode};
use std::collections::BTreeMap;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

/// The most characters of a label's key or value.
pub const LABEL_CHARACTERS: usize = 63;
/// The most labels of a run.
pub const LABELS: usize = 32;

/// Labels: at most 32, keys of 1 to 63 and values of at most 63 characters.
pub fn labels(labels: &BTreeMap<String, String>) -> Result<(), ValidationError> {
    let fits = |text: &String| text.chars().count() <= LABEL_CHARACTERS;
    if labels.len() <= LABELS && labels.iter().all(|(key, value)| !key.is_empty() && fits(key) && fits(value))
    {
        return Ok(());
    }
    Err(ValidationError::new("labels"))
}

/// A name that a person reads: not blank, no control characters.
pub fn name(text: &str) -> Result<(), ValidationError> {
    if text.trim() == text && !text.is_empty() && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(ValidationError::new("name"))
}

/// The faults that `validator` found, each with its JSON pointer.
pub fn faults(errors: &ValidationErrors) -> Vec<Fault> {
    let mut found = Vec::new();
    collect(errors, "", &mut found);
    found
}

fn collect(errors: &ValidationErrors, above: &str, found: &mut Vec<Fault>) {
    for (field, kind) in errors.errors() {
        let pointer = format!("{above}/{}", pointer_token(field));
        match kind {
            ValidationErrorsKind::Field(errors) => {
                found.extend(errors.iter().map(|error| fault(&pointer, error)));
            }
            ValidationErrorsKind::Struct(errors) => collect(errors, &pointer, found),
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    collect(errors, &format!("{pointer}/{index}"), found);
                }
            }
        }
    }
}

fn fault(pointer: &str, error: &ValidationError) -> Fault {
    let bound = |name: &str| error.params.get(name).and_then(serde_json::Value::as_u64);
    let value = error.params.get("value");
    match (error.code.as_ref(), bound("min"), bound("max")) {
        ("length", min, Some(max)) if min.is_none_or(|_| !is_empty(value)) => {
            let code = if value.is_some_and(serde_json::Value::is_array) {
                FaultCode::TooMany
            } else {
                FaultCode::TooLong
            };
            Fault::new(pointer, code, format!("At most {max}.")).with_limit(max)
        }
        ("length", Some(min), _) => {
            Fault::new(pointer, FaultCode::TooShort, format!("At least {min}.")).with_limit(min)
        }
        ("range", Some(min), _)
            if value.and_then(serde_json::Value::as_i64).is_some_and(|v| v < min.cast_signed()) =>
        {
            Fault::new(pointer, FaultCode::TooSmall, format!("At least {min}.")).with_limit(min)
        }
        ("range", _, Some(max)) => {
            Fault::new(pointer, FaultCode::TooLarge, format!("At most {max}.")).with_limit(max)
        }
        ("labels", ..) => Fault::new(
            pointer,
            FaultCode::TooLong,
            format!("At most {LABELS} labels; keys and values of at most {LABEL_CHARACTERS} characters."),
        ),
        ("name", ..) => Fault::new(
            pointer,
            FaultCode::InvalidFormat,
            "Expected a name without control characters and without blanks at its ends.",
        ),
        (other, ..) => Fault::new(pointer, FaultCode::Invalid, format!("The value breaks the rule {other}.")),
    }
}

fn is_empty(value: Option<&serde_json::Value>) -> bool {
    match value {
        Some(serde_json::Value::String(text)) => text.is_empty(),
        Some(serde_json::Value::Array(items)) => items.is_empty(),
        _ => false,
    }
}
