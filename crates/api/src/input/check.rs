//! Checks a JSON value against its type: the operation's own schema, then serde, then `validator`.

use domain::contract::{compile_schema, schema_faults};
use domain::fault::{pointer_name, pointer_token};
use domain::{Fault, FaultCode};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use utoipa::ToSchema;
use validator::Validate;

use super::patterns;
use crate::error::{Error, Result};

/// A value with every fault that was found in it. Without faults there is a value; with faults it lacks the members
/// that cannot be read, where it can do without them, so that what else is wrong can be told too.
#[derive(Debug)]
pub struct Checked<T> {
    pub value: Option<T>,
    pub faults: Vec<Fault>,
}

impl<T: DeserializeOwned + Validate + ToSchema> Checked<T> {
    /// Checks a JSON value; every pointer is beneath `prefix`.
    pub fn new(source: Value, prefix: &str) -> Result<Self> {
        let mut faults = schema_faults(&compiled::<T>()?.validator, &source);
        patterns::put_into_words(&mut faults);
        refuse_nul(&source, "", &mut faults);
        let readable = (!faults.is_empty()).then(|| without(source.clone(), &faults));
        let value = match serde_json::from_value::<T>(source) {
            Ok(value) => {
                let found =
                    value.validate().err().map(|errors| wire::check::faults(&errors)).unwrap_or_default();
                for fault in found {
                    if !faults.iter().any(|known| known.pointer.starts_with(&fault.pointer)) {
                        faults.push(fault);
                    }
                }
                Some(value)
            }
            Err(error) => {
                if faults.is_empty() {
                    faults.push(Fault::new(
                        "",
                        FaultCode::Invalid,
                        format!("The value cannot be read: {error}."),
                    ));
                }
                readable.and_then(|source| serde_json::from_value(source).ok())
            }
        };
        let faults = faults.into_iter().map(|fault| fault.beneath(prefix)).collect();
        Ok(Self { value, faults })
    }

    /// The value, or every fault.
    pub fn accept(self) -> Result<T> {
        match self.value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Error::invalid(self.faults)),
        }
    }
}

/// The value without the members that have faults, in themselves or in an item of theirs.
fn without(mut value: Value, faults: &[Fault]) -> Value {
    for fault in faults {
        let mut pointer = fault.pointer.as_str();
        while let Some((above, name)) = pointer.rsplit_once('/') {
            if let Some(members) = value.pointer_mut(above).and_then(Value::as_object_mut) {
                members.remove(&pointer_name(name));
                break;
            }
            pointer = above;
        }
    }
    value
}

/// Refuses U+0000 in any text: neither PostgreSQL nor a process's environment can hold it.
fn refuse_nul(value: &Value, pointer: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::String(text)
            if text.contains('\0') && !faults.iter().any(|fault| fault.pointer == pointer) =>
        {
            faults.push(Fault::new(
                pointer,
                FaultCode::InvalidFormat,
                "A text cannot hold the character U+0000.",
            ));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                refuse_nul(item, &format!("{pointer}/{index}"), faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{pointer}/{}", pointer_token(name));
                refuse_nul(member, &pointer, faults);
                refuse_nul(&Value::from(name.as_str()), &pointer, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A type's schema and those it refers to, under the names that the OpenAPI document gives them.
struct Compiled {
    schema: Value,
    validator: Validator,
}

/// The schema of a type, as the document has it.
pub fn schema_of<T: ToSchema>() -> Result<Value> {
    Ok(compiled::<T>()?.schema.clone())
}

/// The compiled schema of a type, compiled at its first use. Query parameters are no component of the document, so
/// the schemas come from the type itself, which is where the document has them from.
fn compiled<T: ToSchema>() -> Result<Arc<Compiled>> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Arc<Compiled>>>> = OnceLock::new();
    let name = T::name().into_owned();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = known.get(&name) {
        return Ok(Arc::clone(compiled));
    }
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    let schema = serde_json::to_value(T::schema()).map_err(Error::internal)?;
    let mut schemas = Map::new();
    for (name, schema) in referred {
        schemas.insert(name, serde_json::to_value(schema).map_err(Error::internal)?);
    }
    schemas.insert(name.clone(), schema.clone());
    let document =
        json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": schemas } });
    let validator = compile_schema(&document).map_err(Error::internal)?;
    let compiled = Arc::new(Compiled { schema, validator });
    known.insert(name, Arc::clone(&compiled));
    Ok(compiled)
}
