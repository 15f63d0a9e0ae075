//! Says an OpenAPI 3.1 document in the words of OpenAPI 3.0.3, for tools that know no newer version.
//!
//! What 3.0.3 has no words for is left out: webhooks, `propertyNames`, the names of permissions in security
//! requirements. The rest means the same.

mod schema;

use serde_json::{Map, Value, json};

/// The same contract in OpenAPI 3.0.3.
pub fn to_3_0(mut document: Value) -> Value {
    document["openapi"] = json!("3.0.3");
    if let Some(root) = document.as_object_mut() {
        root.remove("webhooks");
    }
    if let Some(license) = document.pointer_mut("/info/license").and_then(Value::as_object_mut) {
        license.remove("identifier");
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.values_mut().for_each(schema::downgrade);
    }
    if let Some(requirements) = document.get_mut("security") {
        without_permissions(requirements);
    }
    for operation in operations(&mut document) {
        if let Some(requirements) = operation.get_mut("security") {
            without_permissions(requirements);
        }
        schemas_beneath(operation);
    }
    document
}

/// Leaves out the operations that answer with server-sent events: generated clients cannot read them.
pub fn without_streams(mut document: Value) -> Value {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return document };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        item.retain(|_, operation| operation.pointer("/responses/200/content/text~1event-stream").is_none());
    }
    paths.retain(|_, item| item.as_object().is_none_or(|item| !item.is_empty()));
    document
}

/// Every operation of the document.
pub fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut()).filter_map(Value::as_object_mut);
    items
        .flat_map(|item| item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())))
        .filter_map(|(_, operation)| operation.as_object_mut())
}

/// Only OAuth and OpenID Connect may list anything in 3.0.3.
fn without_permissions(requirements: &mut Value) {
    let schemes = requirements.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    schemes.flat_map(|schemes| schemes.values_mut()).for_each(|permissions| *permissions = json!([]));
}

/// Downgrades the schemas of parameters, bodies and headers.
fn schemas_beneath(part: &mut Map<String, Value>) {
    for (name, value) in part {
        match value {
            Value::Object(_) if name == "schema" => schema::downgrade(value),
            Value::Object(members) if name != "example" => schemas_beneath(members),
            Value::Array(items) if name != "example" => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(schemas_beneath);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({
            "openapi": "3.1.0",
            "info": { "title": "T", "version": "1", "license": { "name": "MIT", "identifier": "MIT" } },
            "security": [{ "token": [] }],
            "webhooks": {},
            "paths": {
                "/a": {
                    "get": {
                        "security": [{ "token": ["read"] }],
                        "parameters": [{ "name": "q", "in": "query", "schema": { "type": ["string", "null"] } }],
                        "responses": { "200": { "content": { "application/json": {
                            "schema": { "type": ["integer", "null"] }, "example": { "schema": { "type": ["x", "null"] } }
                        } } } }
                    }
                },
                "/b": { "get": { "responses": { "200": { "content": { "text/event-stream": {} } } } } }
            },
            "components": { "schemas": { "S": { "type": ["string", "null"] } } }
        })
    }

    #[test]
    fn everything_that_holds_a_schema_is_downgraded_and_examples_are_not() {
        let new = to_3_0(document());
        let at = |pointer: &str| new.pointer(pointer).cloned();
        let text = json!({ "type": "string", "nullable": true });
        assert_eq!(at("/openapi"), Some(json!("3.0.3")));
        assert_eq!(at("/components/schemas/S"), Some(text.clone()));
        assert_eq!(at("/paths/~1a/get/parameters/0/schema"), Some(text));
        let content = at("/paths/~1a/get/responses/200/content/application~1json").unwrap();
        assert_eq!(content["schema"], json!({ "type": "integer", "nullable": true }));
        assert_eq!(content["example"], json!({ "schema": { "type": ["x", "null"] } }));
        assert_eq!(at("/paths/~1a/get/security"), Some(json!([{ "token": [] }])));
        assert_eq!((at("/webhooks"), at("/info/license/identifier")), (None, None));
    }

    #[test]
    fn streams_are_left_out_with_their_paths() {
        let new = without_streams(document());
        assert_eq!(new["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a"]);
        assert!(new.pointer("/paths/~1a/get").is_some());
    }
}
