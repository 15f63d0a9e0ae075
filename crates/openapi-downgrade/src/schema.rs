//! Schemas: JSON Schema 2020-12 in the dialect of OpenAPI 3.0.3.

use serde_json::{Map, Value, json};

/// Downgrades a schema and all within it.
pub fn downgrade(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    for name in ["properties", "patternProperties"] {
        let named = members.get_mut(name).and_then(Value::as_object_mut);
        named.into_iter().flat_map(|named| named.values_mut()).for_each(downgrade);
    }
    for name in ["items", "additionalProperties", "not"] {
        members.get_mut(name).into_iter().for_each(downgrade);
    }
    for name in ["oneOf", "anyOf", "allOf"] {
        let parts = members.get_mut(name).and_then(Value::as_array_mut);
        parts.into_iter().flatten().for_each(downgrade);
    }
    members.remove("propertyNames");
    one_example(members);
    one_value(members);
    nullable_type(members);
    nullable_choice(members);
    lone_reference(members);
}

/// `examples` is `example` in 3.0.3, and one.
fn one_example(members: &mut Map<String, Value>) {
    let first = members.remove("examples").and_then(|examples| examples.get(0).cloned());
    if let Some(first) = first {
        members.insert("example".to_owned(), first);
    }
}

fn one_value(members: &mut Map<String, Value>) {
    if let Some(value) = members.remove("const") {
        members.insert("enum".to_owned(), json!([value]));
    }
}

/// `["string", "null"]` is a nullable string.
fn nullable_type(members: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = members.get("type") else { return };
    let others: Vec<Value> = types.iter().filter(|name| **name != "null").cloned().collect();
    if others.len() < types.len() {
        members.insert("nullable".to_owned(), json!(true));
    }
    match others.as_slice() {
        [only] => {
            members.insert("type".to_owned(), only.clone());
        }
        several => {
            let choices = several.iter().map(|name| json!({ "type": name })).collect();
            members.remove("type");
            members.insert("anyOf".to_owned(), Value::Array(choices));
        }
    }
}

/// A choice between null and one schema is that schema, nullable.
fn nullable_choice(members: &mut Map<String, Value>) {
    for name in ["oneOf", "anyOf"] {
        let Some(Value::Array(choices)) = members.get_mut(name) else { continue };
        let all = choices.len();
        choices.retain(|choice| choice["type"] != "null");
        if choices.len() == all {
            continue;
        }
        if choices.len() == 1 {
            let only = choices.remove(0);
            members.remove(name);
            match only {
                Value::Object(only) if only.len() > 1 || !only.contains_key("allOf") => {
                    members.insert("allOf".to_owned(), json!([only]));
                }
                Value::Object(only) => members.extend(only),
                _ => {}
            }
        }
        members.insert("nullable".to_owned(), json!(true));
    }
}

/// What stands beside a reference is ignored in 3.0.3.
fn lone_reference(members: &mut Map<String, Value>) {
    if members.len() > 1
        && let Some(reference) = members.remove("$ref")
    {
        members.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(json!({ "type": ["string", "null"], "maxLength": 3 }), json!({ "type": "string", "nullable": true, "maxLength": 3 }); "a type or null")]
    #[test_case(json!({ "type": ["string", "integer"] }), json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }); "two types")]
    #[test_case(json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/a" }] }), json!({ "nullable": true, "allOf": [{ "$ref": "#/a" }] }); "a reference or null")]
    #[test_case(json!({ "oneOf": [{ "$ref": "#/a", "description": "d" }, { "type": "null" }] }), json!({ "nullable": true, "allOf": [{ "description": "d", "allOf": [{ "$ref": "#/a" }] }] }); "a described reference or null")]
    #[test_case(json!({ "$ref": "#/a", "description": "d" }), json!({ "allOf": [{ "$ref": "#/a" }], "description": "d" }); "a described reference")]
    #[test_case(json!({ "$ref": "#/a" }), json!({ "$ref": "#/a" }); "a reference")]
    #[test_case(json!({ "type": "string", "examples": ["a", "b"], "const": "a" }), json!({ "type": "string", "example": "a", "enum": ["a"] }); "examples and a constant")]
    #[test_case(json!({ "type": "object", "propertyNames": {}, "additionalProperties": { "type": ["string", "null"] } }), json!({ "type": "object", "additionalProperties": { "type": "string", "nullable": true } }); "a map")]
    #[test_case(json!({ "type": "array", "items": { "properties": { "a": { "type": ["array", "null"], "items": { "const": 1 } } } } }), json!({ "type": "array", "items": { "properties": { "a": { "type": "array", "nullable": true, "items": { "enum": [1] } } } } }); "deep within")]
    fn schemas_say_the_same_in_the_older_dialect(new: Value, old: Value) {
        let mut schema = new;
        downgrade(&mut schema);
        assert_eq!(schema, old);
    }
}
