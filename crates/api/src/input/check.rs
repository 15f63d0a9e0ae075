//! Checks a JSON value against its type: the operation's own schema, then serde, then `validator`.

use domain::contract::{compile_schema, schema_faults};
use domain::{Fault, FaultCode};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use utoipa::ToSchema;
use validator::Validate;

use crate::error::{Error, Result};

/// A value with every fault that was found in it. Without faults there is a value.
#[derive(Debug)]
pub struct Checked<T> {
    pub value: Option<T>,
    pub faults: Vec<Fault>,
}

impl<T: DeserializeOwned + Validate + ToSchema> Checked<T> {
    /// Checks a JSON value; every pointer is beneath `prefix`.
    pub fn new(source: Value, prefix: &str) -> Result<Self> {
        let mut faults = schema_faults(&*validator_of::<T>()?, &source);
        let value = match serde_json::from_value::<T>(source) {
            Ok(value) => {
                let found = value.validate().err().map(|errors| wire::check::faults(&errors)).unwrap_or_default();
                for fault in found {
                    if !faults.iter().any(|known| known.pointer.starts_with(&fault.pointer)) {
                        faults.push(fault);
                    }
                }
                Some(value)
            }
            Err(error) => {
                if faults.is_empty() {
                    faults.push(Fault::new("", FaultCode::Invalid, format!("The value cannot be read: {error}.")));
                }
                None
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

/// The schemas of the OpenAPI document, as JSON.
fn components() -> &'static Value {
    static COMPONENTS: OnceLock<Value> = OnceLock::new();
    COMPONENTS.get_or_init(|| serde_json::to_value(crate::openapi().components).unwrap_or_default())
}

/// The schema of a type, as the document has it, with its references resolved by one level.
pub fn schema_of<T: ToSchema>() -> Option<&'static Value> {
    components().get("schemas")?.get(T::name().as_ref())
}

/// The compiled schema of a type, compiled at its first use.
fn validator_of<T: ToSchema>() -> Result<Arc<Validator>> {
    static COMPILED: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let name = T::name().into_owned();
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(&name) {
        return Ok(Arc::clone(known));
    }
    let document = json!({ "$ref": format!("#/components/schemas/{name}"), "components": components() });
    let validator = compile_schema(&document).map(Arc::new).map_err(Error::internal)?;
    compiled.insert(name, Arc::clone(&validator));
    Ok(validator)
}
