//! Definitions, from text to a pinned document.

use super::fields::Faults;
use super::read::{Draft, read};
use super::source::{check_numbers, check_size, json_value, yaml_value};
use super::validate::{Checked, check, document_fault};
use super::{Definition, Policies, RetryPolicy, Step, WorkflowName};
use crate::{Digest, Fault, FaultCode};
use serde_json::Value;

/// A validated definition with its canonical document (RFC 8785) and that document's digest.
#[derive(Debug, Clone, PartialEq)]
pub struct Pinned {
    definition: Definition,
    document: String,
    digest: Digest,
}

/// The stored document cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinnedError {
    #[error("the document's digest is {actual}, not {expected}")]
    DigestMismatch { expected: Digest, actual: Digest },
    #[error("the document is not a valid definition: {}", list(faults))]
    Unreadable { faults: Vec<Fault> },
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Pinned {
    /// Validates the source document whole and pins it; every fault points into that document.
    pub fn new(source: &Value) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        check_numbers(source, "", &faults);
        let document = serde_json_canonicalizer::to_string(source).map_err(unwritable)?;
        check_size(document.len())?;
        // The definition is read from what is stored, so that a pin means the same before and after storing.
        let stored: Value = serde_json::from_str(&document).map_err(unwritable)?;
        let definition = definition(&stored, faults)?;
        let digest = Digest::of(document.as_bytes());
        Ok(Self { definition, document, digest })
    }

    /// Reads a stored document. One that does not match its digest is refused.
    pub fn load(document: &str, digest: &Digest) -> Result<Self, PinnedError> {
        let actual = Digest::of(document.as_bytes());
        if actual != *digest {
            return Err(PinnedError::DigestMismatch { expected: digest.clone(), actual });
        }
        let value = json_value(document.as_bytes()).map_err(|faults| PinnedError::Unreadable { faults })?;
        let definition =
            definition(&value, Faults::default()).map_err(|faults| PinnedError::Unreadable { faults })?;
        Ok(Self { definition, document: document.to_owned(), digest: actual })
    }

    /// Stands in for a stored document that proved corrupt: a definition without steps, under which no step begins or
    /// ends and nothing may be retried, so that its run fails with the reason. It bears the digest that was pinned.
    pub fn corrupt(name: WorkflowName, digest: Digest) -> Self {
        let definition = Definition {
            name,
            title: None,
            description: None,
            inputs: Value::Object(serde_json::Map::new()),
            steps: Vec::new(),
            policies: Policies {
                retry: RetryPolicy { full_run: false, steps: Vec::new() },
                concurrency: None,
            },
            triggers: Vec::new(),
        };
        Self { definition, document: String::new(), digest }
    }

    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The canonical JSON, whose bytes the digest is of.
    pub fn document(&self) -> &str {
        &self.document
    }

    pub const fn digest(&self) -> &Digest {
        &self.digest
    }
}

/// Parses and validates a definition written as JSON, of at most 256 KiB.
pub fn parse_json(bytes: &[u8]) -> Result<Pinned, Vec<Fault>> {
    Pinned::new(&json_value(bytes)?)
}

/// Parses and validates a definition written as YAML 1.2, of at most 256 KiB.
pub fn parse_yaml(text: &str) -> Result<Pinned, Vec<Fault>> {
    Pinned::new(&yaml_value(text)?)
}

fn unwritable(error: serde_json::Error) -> Vec<Fault> {
    vec![document_fault(FaultCode::Invalid, format!("The document has no canonical form: {error}."))]
}

fn definition(source: &Value, faults: Faults) -> Result<Definition, Vec<Fault>> {
    let draft = read(source, &faults);
    let definition = assemble(&check(&draft, &faults), &draft);
    let faults = faults.into_vec();
    match definition {
        Some(definition) if faults.is_empty() => Ok(definition),
        _ => Err(faults),
    }
}

/// The finished definition; `None` when a part of it is missing, which is then among the faults.
fn assemble(checked: &Checked<'_>, draft: &Draft) -> Option<Definition> {
    let step = |index: usize| {
        let step = &draft.steps[index];
        Some(Step {
            key: step.key.clone()?,
            title: step.title.clone(),
            needs: checked.needs_of(index),
            kind: step.kind.clone()?,
            timeout_ms: step.timeout_ms,
            retry: step.retry.clone(),
            effect: step.effect,
        })
    };
    Some(Definition {
        name: draft.name.clone()?,
        title: draft.title.clone(),
        description: draft.description.clone(),
        inputs: draft.inputs.clone(),
        steps: checked.graph.order().into_iter().map(step).collect::<Option<_>>()?,
        policies: Policies {
            retry: RetryPolicy {
                full_run: draft.full_run,
                steps: draft.retry_steps.iter().map(|(_, key)| key.clone()).collect(),
            },
            concurrency: draft.concurrency,
        },
        triggers: draft.triggers.clone(),
    })
}
