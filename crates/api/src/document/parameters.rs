//! Parameters, as clients can really send them.

use crate::input::{idempotency, preconditions};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, Required};

/// What a decision names: the digest of the evidence, quoted.
const EVIDENCE_PATTERN: &str = r#"^"sha256:[0-9a-f]{64}"$"#;

/// Describes an operation's parameters.
pub fn describe(operation: &mut Operation) {
    path_names_alone(operation);
    let decides = matches!(operation.operation_id.as_deref(), Some("approve_run" | "reject_run"));
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        describe_header(parameter, if decides { EVIDENCE_PATTERN } else { preconditions::IF_MATCH_PATTERN });
        if let Some(schema) = parameter.schema.take() {
            parameter.schema = Some(without_null(schema));
        }
    }
}

/// What the path names already is no query parameter: the operation refuses it there.
fn path_names_alone(operation: &mut Operation) {
    let Some(parameters) = &mut operation.parameters else { return };
    let place = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => Some((parameter.name.clone(), parameter.parameter_in.clone())),
        RefOr::Ref(_) => None,
    };
    let in_path: Vec<String> = parameters
        .iter()
        .filter_map(place)
        .filter(|(_, place)| *place == ParameterIn::Path)
        .map(|(name, _)| name)
        .collect();
    parameters.retain(|parameter| {
        place(parameter).is_none_or(|(name, place)| place == ParameterIn::Path || !in_path.contains(&name))
    });
}

/// Says what the headers that several operations read look like, and that a precondition which answers 428 when it is
/// missing is required.
fn describe_header(parameter: &mut Parameter, if_match: &str) {
    let pattern = match parameter.name.as_str() {
        idempotency::HEADER => idempotency::PATTERN,
        "If-Match" => {
            parameter.required = Required::True;
            if_match
        }
        _ => return,
    };
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build();
    parameter.schema = Some(text.into());
}

/// A parameter is there or absent; null is nothing that could be sent.
fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type {
                let others: Vec<Type> = types.iter().filter(|name| **name != Type::Null).cloned().collect();
                object.schema_type = match <[Type; 1]>::try_from(others) {
                    Ok([only]) => SchemaType::Type(only),
                    Err(several) => SchemaType::Array(several),
                };
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(mut choice)) => {
            choice.items.retain(|item| !is_null(item));
            if choice.items.len() == 1 { choice.items.remove(0) } else { RefOr::T(Schema::OneOf(choice)) }
        }
        other => other,
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
