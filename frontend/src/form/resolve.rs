//! Schemas with their references followed and their wrappers taken off.

use serde_json::{Map, Value};

/// How many references and wrappers are followed before a schema counts as endless.
const MOST_HOPS: usize = 16;

/// A schema as its own keywords say it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain {
    pub keywords: Map<String, Value>,
    /// Null is allowed beside it.
    pub nullable: bool,
}

/// Follows `$ref` within `root`, an `allOf` of one and a union with null. `None` where that does not end, leads
/// outside, or the schema is no object.
pub fn resolve(root: &Value, schema: &Value) -> Option<Plain> {
    let mut keywords = schema.as_object()?.clone();
    let mut nullable = false;
    for _ in 0..MOST_HOPS {
        let inner = if let Some(reference) = keywords.remove("$ref") {
            referred(root, reference.as_str()?)?
        } else if let Some(only) = only_member(&keywords, "allOf") {
            keywords.remove("allOf");
            only
        } else if let Some((union, other)) = beside_null(&keywords) {
            keywords.remove(union);
            nullable = true;
            other
        } else {
            nullable |= takes_null_out(&mut keywords);
            return Some(Plain { keywords, nullable });
        };
        // What stands beside a reference is nearer to the reader: its title and default win.
        let mut merged = inner.as_object()?.clone();
        merged.extend(keywords);
        keywords = merged;
    }
    None
}

fn referred(root: &Value, reference: &str) -> Option<Value> {
    root.pointer(reference.strip_prefix('#')?).cloned()
}

fn only_member(keywords: &Map<String, Value>, name: &str) -> Option<Value> {
    match keywords.get(name)?.as_array()?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The other member of a union of two of which one is null.
fn beside_null(keywords: &Map<String, Value>) -> Option<(&'static str, Value)> {
    let is_null = |schema: &Value| schema.get("type").and_then(Value::as_str) == Some("null");
    ["anyOf", "oneOf"].into_iter().find_map(|union| match keywords.get(union)?.as_array()?.as_slice() {
        [one, null] | [null, one] if is_null(null) && !is_null(one) => Some((union, one.clone())),
        _ => None,
    })
}

/// Removes null from the types and the enumerated values; tells whether it was there.
fn takes_null_out(keywords: &mut Map<String, Value>) -> bool {
    let types = match keywords.get_mut("type") {
        Some(Value::Array(types)) => types,
        _ => return false,
    };
    let before = types.len();
    types.retain(|name| name.as_str() != Some("null"));
    let nullable = types.len() < before;
    if let [only] = types.as_slice() {
        let only = only.clone();
        keywords.insert("type".to_owned(), only);
    }
    if nullable && let Some(Value::Array(values)) = keywords.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    nullable
}
