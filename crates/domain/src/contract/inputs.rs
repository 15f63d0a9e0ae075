//! The inputs of a run, checked against the definition's schema.

use super::schema::{compile_schema, schema_faults};
use super::{Definition, InputMetadata, InputOrigin};
use crate::{Fault, FaultCode};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Checks the inputs of a run.
pub struct Inputs;

impl Inputs {
    /// Returns the inputs with the schema's defaults filled in, and what is known of each.
    ///
    /// Defaults are those of the schema's direct `properties`. Every fault points beneath `/inputs`.
    pub fn check(
        definition: &Definition,
        provided: &Value,
    ) -> Result<(Value, BTreeMap<String, InputMetadata>), Vec<Fault>> {
        let Some(given) = provided.as_object() else {
            return Err(vec![Fault::new("/inputs", FaultCode::WrongType, "Expected an object.")]);
        };
        let validator = compile_schema(&definition.inputs)
            .map_err(|error| vec![Fault::new("/inputs", FaultCode::InvalidSchema, error.detail)])?;
        let inputs = Value::Object(with_defaults(&definition.inputs, given));
        let faults = schema_faults(&validator, &inputs);
        if !faults.is_empty() {
            return Err(faults.into_iter().map(|fault| fault.beneath("/inputs")).collect());
        }
        let metadata = metadata(&definition.inputs, &inputs, given);
        Ok((inputs, metadata))
    }
}

fn with_defaults(schema: &Value, given: &Map<String, Value>) -> Map<String, Value> {
    let mut inputs = given.clone();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = property.get("default") {
            inputs.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    inputs
}

fn metadata(schema: &Value, inputs: &Value, given: &Map<String, Value>) -> BTreeMap<String, InputMetadata> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let describe = |name: &String| {
        let origin = if given.contains_key(name) { InputOrigin::Provided } else { InputOrigin::Defaulted };
        (name.clone(), InputMetadata { required: required.contains(&name.as_str()), origin })
    };
    inputs.as_object().into_iter().flat_map(Map::keys).map(describe).collect()
}
