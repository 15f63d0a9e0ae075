//! JSON Schema, turned into faults.

use super::branches::best_branch;
use crate::fault::pointer_token;
use crate::{Fault, FaultCode};
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

/// A JSON Schema that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SchemaError {
    /// JSON pointer into the schema.
    pub pointer: String,
    pub detail: String,
}

/// Compiles a JSON Schema (2020-12). Formats are asserted, patterns run in linear time, and nothing is fetched:
/// a `$ref` must stay within the schema.
pub fn compile_schema(schema: &Value) -> Result<Validator, SchemaError> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
        .offline()
        .build(schema)
        .map_err(|error| SchemaError {
            pointer: error.instance_path().as_str().to_owned(),
            detail: format!("{error}."),
        })
}

/// Returns every fault of `instance`, each with a pointer into it.
pub fn schema_faults(validator: &Validator, instance: &Value) -> Vec<Fault> {
    distinct(validator.iter_errors(instance).flat_map(|error| faults_of(&error)))
}

/// Keeps the first of equal pointer and code: two branches of a schema often say the same.
pub(super) fn distinct(faults: impl Iterator<Item = Fault>) -> Vec<Fault> {
    let mut kept: Vec<Fault> = Vec::new();
    for fault in faults {
        if !kept.iter().any(|other| other.pointer == fault.pointer && other.code == fault.code) {
            kept.push(fault);
        }
    }
    kept
}

/// The faults that one error of the validator stands for.
pub(super) fn faults_of(error: &ValidationError<'_>) -> Vec<Fault> {
    let pointer = error.instance_path().as_str();
    let one = |code, detail: String| vec![Fault::new(pointer, code, detail)];
    let bounded =
        |code, limit: u64, detail: String| vec![Fault::new(pointer, code, detail).with_limit(limit)];
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let pointer = format!("{pointer}/{}", pointer_token(name));
            vec![Fault::new(pointer, FaultCode::Required, format!("{name} is required."))]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| unknown_field(pointer, name)).collect()
        }
        Kind::Type { kind } => {
            one(FaultCode::WrongType, format!("Expected {}.", type_names(kind).join(" or ")))
        }
        Kind::MinLength { limit } => {
            bounded(FaultCode::TooShort, *limit, format!("At least {}.", characters(*limit)))
        }
        Kind::MaxLength { limit } => {
            bounded(FaultCode::TooLong, *limit, format!("At most {}.", characters(*limit)))
        }
        Kind::MinItems { limit } | Kind::MinProperties { limit } => {
            bounded(FaultCode::TooFew, *limit, format!("At least {limit} entries."))
        }
        Kind::MaxItems { limit } | Kind::MaxProperties { limit } => {
            bounded(FaultCode::TooMany, *limit, format!("At most {limit} entries."))
        }
        Kind::AdditionalItems { limit } => {
            bounded(FaultCode::TooMany, *limit as u64, format!("At most {limit} entries."))
        }
        Kind::UnevaluatedItems { .. } => {
            one(FaultCode::TooMany, "There are more entries than are allowed.".to_owned())
        }
        Kind::Minimum { limit } => number(pointer, FaultCode::TooSmall, limit, "At least"),
        Kind::Maximum { limit } => number(pointer, FaultCode::TooLarge, limit, "At most"),
        Kind::ExclusiveMinimum { limit } => number(pointer, FaultCode::TooSmall, limit, "More than"),
        Kind::ExclusiveMaximum { limit } => number(pointer, FaultCode::TooLarge, limit, "Less than"),
        Kind::Pattern { pattern } => {
            one(FaultCode::InvalidFormat, format!("Expected a text that matches {pattern}."))
        }
        Kind::Format { format } => {
            one(FaultCode::InvalidFormat, format!("Expected a text of the format {format}."))
        }
        Kind::ContentEncoding { content_encoding } => {
            one(FaultCode::InvalidFormat, format!("Expected a text in the encoding {content_encoding}."))
        }
        Kind::ContentMediaType { content_media_type } => {
            one(FaultCode::InvalidFormat, format!("Expected a text of the type {content_media_type}."))
        }
        Kind::Enum { options } => {
            one(FaultCode::NotAllowed, expected_one_of(options.as_array().into_iter().flatten()))
        }
        Kind::Constant { expected_value } => {
            one(FaultCode::NotAllowed, expected_one_of([expected_value.as_ref()]))
        }
        Kind::UniqueItems => {
            one(FaultCode::NotUnique, "The entries must differ from one another.".to_owned())
        }
        Kind::PropertyNames { error: inner } => {
            let name = inner.instance().as_str().unwrap_or_default().to_owned();
            let pointer = format!("{pointer}/{}", pointer_token(&name));
            let as_name = |fault: Fault| Fault { pointer: pointer.clone(), ..fault };
            faults_of(inner).into_iter().map(as_name).collect()
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => best_branch(pointer, context),
        Kind::OneOfMultipleValid { .. } => {
            one(FaultCode::Invalid, "The value fits more than one of the allowed shapes.".to_owned())
        }
        Kind::FalseSchema | Kind::Not { .. } => {
            one(FaultCode::NotAllowed, "The value is not allowed here.".to_owned())
        }
        Kind::MultipleOf { multiple_of } => {
            one(FaultCode::Invalid, format!("Expected a multiple of {multiple_of}."))
        }
        Kind::Contains => one(FaultCode::Invalid, "A required entry is missing.".to_owned()),
        Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::FromUtf8 { .. }
        | Kind::Custom { .. }
        | Kind::Referencing(_) => {
            one(FaultCode::Invalid, "The value cannot be checked against its schema.".to_owned())
        }
    }
}

fn unknown_field(pointer: &str, name: &str) -> Fault {
    let pointer = format!("{pointer}/{}", pointer_token(name));
    Fault::new(pointer, FaultCode::UnknownField, format!("{name} is not a field here."))
}

fn number(pointer: &str, code: FaultCode, limit: &Value, words: &str) -> Vec<Fault> {
    let fault = Fault::new(pointer, code, format!("{words} {limit}."));
    vec![match limit.as_u64() {
        Some(limit) => fault.with_limit(limit),
        None => fault,
    }]
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

pub(super) fn type_names(kind: &TypeKind) -> Vec<&'static str> {
    let named = |kind: jsonschema::JsonType| match kind.as_str() {
        "null" => "null",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "an array",
        _ => "an object",
    };
    match kind {
        TypeKind::Single(kind) => vec![named(*kind)],
        TypeKind::Multiple(kinds) => kinds.iter().map(named).collect(),
    }
}

pub(super) fn expected_one_of<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values: Vec<String> = values.into_iter().map(text).collect();
    match values.as_slice() {
        [only] => format!("Expected {only}."),
        several => format!("Expected one of {}.", several.join(", ")),
    }
}
