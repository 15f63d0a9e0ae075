//! Definitions as text: JSON or YAML to one value, duplicate keys noted.

use super::fields::Faults;
use crate::fault::pointer_token;
use crate::{Fault, FaultCode};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::DuplicateKeyPolicy;
use std::fmt;

/// The largest definition, as written and as canonical JSON, in bytes.
pub(super) const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// RFC 8785 writes numbers as doubles; whole numbers beyond this lose digits.
const MAX_NUMBER: f64 = 9_007_199_254_740_991.0;

pub(super) fn json_value(bytes: &[u8]) -> Result<Value, Vec<Fault>> {
    check_size(bytes.len())?;
    let faults = Faults::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { pointer: String::new(), faults: &faults }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    finish(value.map_err(|error| error.to_string()), faults)
}

pub(super) fn yaml_value(text: &str) -> Result<Value, Vec<Fault>> {
    check_size(text.len())?;
    let faults = Faults::default();
    // Aliases are few and small here: an anchor that multiplies itself runs into the budget.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_documents: 1,
            max_nodes: 20_000,
            max_events: 60_000,
            max_aliases: 100,
            max_anchors: 100,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 8 },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    let value = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        Node { pointer: String::new(), faults: &faults }.deserialize(deserializer)
    });
    finish(value.map_err(|error| error.to_string()), faults)
}

/// Notes every number that canonical JSON could not keep.
pub(super) fn check_numbers(value: &Value, pointer: &str, faults: &Faults) {
    match value {
        Value::Number(number) => {
            if number.as_f64().is_none_or(|number| number.abs() > MAX_NUMBER) {
                faults.push(pointer, FaultCode::TooLarge, "Numbers beyond 9007199254740991 lose digits.");
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_numbers(item, &format!("{pointer}/{index}"), faults);
            }
        }
        Value::Object(object) => {
            for (name, item) in object {
                check_numbers(item, &format!("{pointer}/{}", pointer_token(name)), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

pub(super) fn check_size(bytes: usize) -> Result<(), Vec<Fault>> {
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let detail = format!("A definition has at most {MAX_DOCUMENT_BYTES} bytes.");
    Err(vec![Fault::new("", FaultCode::TooLong, detail).with_limit(MAX_DOCUMENT_BYTES as u64)])
}

fn finish(value: Result<Value, String>, faults: Faults) -> Result<Value, Vec<Fault>> {
    match value {
        Ok(value) => {
            let faults = faults.into_vec();
            if faults.is_empty() { Ok(value) } else { Err(faults) }
        }
        Err(detail) => {
            faults.push("", FaultCode::InvalidFormat, format!("The document cannot be read: {detail}."));
            Err(faults.into_vec())
        }
    }
}

/// Reads any value and notes names that an object holds twice.
struct Node<'a> {
    pointer: String,
    faults: &'a Faults,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let node = Node { pointer: format!("{}/{}", self.pointer, items.len()), faults: self.faults };
            match access.next_element_seed(node)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(Name(name)) = access.next_key()? {
            let pointer = format!("{}/{}", self.pointer, pointer_token(&name));
            let value = access.next_value_seed(Node { pointer: pointer.clone(), faults: self.faults })?;
            if object.insert(name.clone(), value).is_some() {
                self.faults.push(&pointer, FaultCode::NotUnique, format!("{name} is written twice."));
            }
        }
        Ok(Value::Object(object))
    }
}

/// A name of an object. YAML would also read `1:` and `true:` as names; a document says them as texts.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}
