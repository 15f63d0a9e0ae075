//! What the parts of a definition must be to each other.

use super::fields::Faults;
use super::graph::{Graph, route_text};
use super::read::{Draft, DraftStep};
use super::references::{template_faults, templates};
use super::schema::{compile_schema, schema_faults};
use super::{ApprovalStep, OnReject, StepKey, StepKind};
use crate::fault::pointer_token;
use crate::project::ShipMode;
use crate::{Fault, FaultCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A draft with its steps joined into a graph.
pub(super) struct Checked<'a> {
    draft: &'a Draft,
    positions: BTreeMap<&'a StepKey, usize>,
    pub(super) graph: Graph,
    faults: &'a Faults,
}

/// Checks the draft whole and returns its graph.
pub(super) fn check<'a>(draft: &'a Draft, faults: &'a Faults) -> Checked<'a> {
    let positions = positions(&draft.steps, faults);
    let needs = draft
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| resolve_needs(index, step, &positions, faults))
        .collect();
    let checked = Checked { draft, positions, graph: Graph::new(needs), faults };
    check_inputs(&draft.inputs, faults);
    checked.check_cycles();
    for (index, step) in draft.steps.iter().enumerate() {
        checked.check_step(index, step);
    }
    checked.check_retry_steps();
    checked
}

fn positions<'a>(steps: &'a [DraftStep], faults: &Faults) -> BTreeMap<&'a StepKey, usize> {
    let mut positions = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        let Some(key) = &step.key else { continue };
        if positions.contains_key(key) {
            let detail = format!("Another step has the key {key}.");
            faults.push(&format!("/steps/{index}/key"), FaultCode::DuplicateStep, detail);
        } else {
            positions.insert(key, index);
        }
    }
    positions
}

fn resolve_needs(
    index: usize,
    step: &DraftStep,
    positions: &BTreeMap<&StepKey, usize>,
    faults: &Faults,
) -> BTreeSet<usize> {
    let Some(needs) = &step.needs else {
        return index.checked_sub(1).into_iter().collect();
    };
    let mut found = BTreeSet::new();
    for (place, key) in needs {
        match positions.get(key) {
            Some(&position) => found.extend([position]),
            None => unknown_step(faults, &format!("/steps/{index}/needs/{place}"), key),
        }
    }
    found
}

fn unknown_step(faults: &Faults, pointer: &str, key: &StepKey) {
    faults.push(pointer, FaultCode::UnknownStep, format!("The definition has no step {key}."));
}

fn check_inputs(schema: &Value, faults: &Faults) {
    if !schema.is_object() {
        return faults.push("/inputs", FaultCode::WrongType, "Expected a JSON Schema of an object.");
    }
    if schema.get("type") != Some(&json!("object")) {
        let detail = "The inputs of a run are an object: the schema's type must be object.";
        faults.push("/inputs/type", FaultCode::InvalidSchema, detail);
    }
    let validator = match compile_schema(schema) {
        Ok(validator) => validator,
        Err(error) => {
            let pointer = format!("/inputs{}", error.pointer);
            return faults.push(&pointer, FaultCode::InvalidSchema, error.detail);
        }
    };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    for (name, default) in
        properties.iter().filter_map(|(name, property)| Some((name, property.get("default")?)))
    {
        let token = pointer_token(name);
        for fault in schema_faults(&validator, &json!({ name: default })) {
            if fault.pointer == format!("/{token}") || fault.pointer.starts_with(&format!("/{token}/")) {
                let detail = format!("The default is not valid: {}", fault.detail);
                let pointer = format!("/inputs/properties/{token}/default");
                faults.push(&pointer, FaultCode::InvalidSchema, detail);
            }
        }
    }
}

impl Checked<'_> {
    fn check_cycles(&self) {
        for cycle in self.graph.cycles() {
            let route = route_text(self.keys(&cycle));
            let pointer = format!("/steps/{}/needs", cycle[0]);
            self.faults.push(
                &pointer,
                FaultCode::Cycle,
                format!("These steps wait for each other: {route}."),
            );
        }
        for step in self.graph.unreachable() {
            let detail = "The step waits for steps that wait for each other, so it never starts.";
            self.faults.push(&format!("/steps/{step}"), FaultCode::UnreachableStep, detail);
        }
    }

    fn check_step(&self, index: usize, step: &DraftStep) {
        let Some(kind) = &step.kind else { return };
        match kind {
            StepKind::Approval(gate) => self.check_gate(index, gate),
            StepKind::Ship(ship) => {
                if ship.mode != Some(ShipMode::DryRun) {
                    self.check_ship(index);
                }
            }
            StepKind::Set(_) | StepKind::Command(_) | StepKind::Agent(_) | StepKind::Test(_) => {}
        }
        for (pointer, text) in templates(kind) {
            let fault = |name: &str| self.mention_fault(index, name);
            for detail in template_faults(text, &self.draft.inputs, fault) {
                self.faults.push(&format!("/steps/{index}{pointer}"), FaultCode::InvalidTemplate, detail);
            }
        }
    }

    /// Says what is wrong with naming a step in a template of the step at `index`.
    fn mention_fault(&self, index: usize, name: &str) -> Option<String> {
        let position = StepKey::parse(name).ok().and_then(|key| self.positions.get(&key).copied());
        match position {
            None => Some(format!("The definition has no step {name}.")),
            Some(position) if self.graph.is_ancestor(position, index) => None,
            Some(_) => Some(format!("The step {name} need not have run before this one.")),
        }
    }

    fn check_gate(&self, index: usize, gate: &ApprovalStep) {
        if let OnReject::RetryStep { step, .. } = &gate.on_reject {
            let pointer = format!("/steps/{index}/with/on_reject/step");
            if let Some(target) = self.check_ancestor(index, step, &pointer)
                && matches!(self.draft.steps[target].kind, Some(StepKind::Approval(_)))
            {
                let detail = "A rejection sends the work back to a step that does work, not to a gate.";
                self.faults.push(&pointer, FaultCode::NotAllowed, detail);
            }
        }
        if let Some(step) = &gate.evidence_from {
            self.check_ancestor(index, step, &format!("/steps/{index}/with/evidence_from"));
        }
    }

    fn check_ancestor(&self, index: usize, key: &StepKey, pointer: &str) -> Option<usize> {
        let Some(&position) = self.positions.get(key) else {
            unknown_step(self.faults, pointer, key);
            return None;
        };
        if self.graph.is_ancestor(position, index) && position != index {
            return Some(position);
        }
        let detail = format!("The step {key} need not have run before this gate.");
        self.faults.push(pointer, FaultCode::NotAnAncestor, detail);
        None
    }

    fn check_ship(&self, index: usize) {
        let is_gate = |step: &DraftStep| matches!(step.kind, Some(StepKind::Approval(_)));
        let steps = self.draft.steps.iter().enumerate();
        let gates = steps.filter(|(_, step)| is_gate(step)).map(|(position, _)| position).collect();
        if let Some(route) = self.graph.route_around(index, &gates) {
            let detail = format!(
                "The way {} passes no approval. Put an approval on it, or ship with mode: dry_run.",
                route_text(self.keys(&route))
            );
            self.faults.push(&format!("/steps/{index}"), FaultCode::UngatedShip, detail);
        }
    }

    fn check_retry_steps(&self) {
        for (place, key) in &self.draft.retry_steps {
            if !self.positions.contains_key(key) {
                unknown_step(self.faults, &format!("/policies/retry/steps/{place}"), key);
            }
        }
    }

    fn keys<'k>(&'k self, positions: &'k [usize]) -> impl Iterator<Item = &'k StepKey> {
        positions.iter().filter_map(|&position| self.draft.steps[position].key.as_ref())
    }

    /// The keys that each step needs, for the finished definition.
    pub(super) fn needs_of(&self, index: usize) -> Vec<StepKey> {
        match (&self.draft.steps[index].needs, index.checked_sub(1)) {
            (Some(needs), _) => needs.iter().map(|(_, key)| key.clone()).collect(),
            (None, Some(previous)) => self.draft.steps[previous].key.iter().cloned().collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// A fault at the root of the document.
pub(super) fn document_fault(code: FaultCode, detail: impl Into<String>) -> Fault {
    Fault::new("", code, detail)
}
