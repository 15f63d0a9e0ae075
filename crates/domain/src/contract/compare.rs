//! What differs between two definitions: in their documents, their steps, and what callers must send.

use super::{Pinned, Step, StepKey};
use crate::event::names;
use crate::fault::pointer_token;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

names! {
    /// What became of a value of the document.
    pub enum ValueChangeKind {
        Added = "added",
        Removed = "removed",
        Changed = "changed",
    }
}

names! {
    /// What became of a step.
    pub enum StepChangeKind {
        Added = "added",
        Removed = "removed",
        /// It runs at another place among the steps that both versions have.
        Moved = "moved",
        Changed = "changed",
    }
}

names! {
    /// A way in which callers of the earlier version are refused by the later one.
    pub enum InputBreakKind {
        /// An input that is required now, without a default.
        NewlyRequired = "newly_required",
        /// An input that is no longer known.
        Removed = "removed",
        /// Fewer types are taken.
        NarrowedType = "narrowed_type",
        /// Fewer values are taken.
        NarrowedEnum = "narrowed_enum",
    }
}

/// One value of the canonical document that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueChange {
    /// JSON pointer (RFC 6901); in the earlier document for what was removed, in the later one otherwise.
    pub pointer: String,
    pub kind: ValueChangeKind,
    /// Absent where it was added.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Value>,
    /// Absent where it was removed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Value>,
}

/// One step that differs. A step that was moved and changed is listed for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepChange {
    pub key: StepKey,
    pub kind: StepChangeKind,
}

/// One way in which callers are refused who were not before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputBreak {
    pub input: String,
    pub kind: InputBreakKind,
}

/// What differs between two definitions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Comparison {
    pub changes: Vec<ValueChange>,
    pub steps: Vec<StepChange>,
    pub input_breaks: Vec<InputBreak>,
}

/// Compares a later definition with an earlier one.
pub fn compare(earlier: &Pinned, later: &Pinned) -> Comparison {
    let document = |pinned: &Pinned| serde_json::from_str(pinned.document()).unwrap_or(Value::Null);
    let mut changes = Vec::new();
    compare_values("", &document(earlier), &document(later), &mut changes);
    Comparison {
        changes,
        steps: compare_steps(&earlier.definition().steps, &later.definition().steps),
        input_breaks: compare_inputs(&earlier.definition().inputs, &later.definition().inputs),
    }
}

fn compare_values(pointer: &str, before: &Value, after: &Value, changes: &mut Vec<ValueChange>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let pointer = format!("{pointer}/{}", pointer_token(name));
                compare_parts(pointer, old.get(name), new.get(name), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                compare_parts(format!("{pointer}/{index}"), old.get(index), new.get(index), changes);
            }
        }
        (before, after) if before == after => {}
        (before, after) => changes.push(ValueChange {
            pointer: pointer.to_owned(),
            kind: ValueChangeKind::Changed,
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

fn compare_parts(pointer: String, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<ValueChange>) {
    match (old, new) {
        (Some(old), Some(new)) => compare_values(&pointer, old, new, changes),
        (None, None) => {}
        (before, after) => changes.push(ValueChange {
            pointer,
            kind: if before.is_none() { ValueChangeKind::Added } else { ValueChangeKind::Removed },
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

fn compare_steps(old: &[Step], new: &[Step]) -> Vec<StepChange> {
    let find = |steps: &'_ [Step], key: &StepKey| steps.iter().position(|step| step.key == *key);
    let kept_in = |steps: &[Step], others: &[Step]| -> Vec<StepKey> {
        steps.iter().filter(|step| find(others, &step.key).is_some()).map(|step| step.key.clone()).collect()
    };
    let moved = moved(&kept_in(old, new), &kept_in(new, old));
    let mut changes = Vec::new();
    let mut add = |key: &StepKey, kind| changes.push(StepChange { key: key.clone(), kind });
    for step in old.iter().filter(|step| find(new, &step.key).is_none()) {
        add(&step.key, StepChangeKind::Removed);
    }
    for step in new {
        let Some(before) = find(old, &step.key) else {
            add(&step.key, StepChangeKind::Added);
            continue;
        };
        if moved.contains(&step.key) {
            add(&step.key, StepChangeKind::Moved);
        }
        if old[before] != *step {
            add(&step.key, StepChangeKind::Changed);
        }
    }
    changes
}

/// The keys that must move to make one order of the other: those outside a longest run that both orders share.
fn moved(old: &[StepKey], new: &[StepKey]) -> BTreeSet<StepKey> {
    let places: Vec<usize> = new.iter().filter_map(|key| old.iter().position(|other| other == key)).collect();
    let mut best: Vec<Vec<usize>> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let longest =
            (0..at).filter(|&before| places[before] < *place).max_by_key(|&before| best[before].len());
        let mut kept = longest.map(|before| best[before].clone()).unwrap_or_default();
        kept.push(at);
        best.push(kept);
    }
    let kept = best.into_iter().max_by_key(Vec::len).unwrap_or_default();
    new.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, key)| key.clone()).collect()
}

fn compare_inputs(old: &Value, new: &Value) -> Vec<InputBreak> {
    let empty = Map::new();
    let properties = |schema: &'_ Value| schema.get("properties").and_then(Value::as_object).cloned();
    let (before, after) =
        (properties(old).unwrap_or_else(|| empty.clone()), properties(new).unwrap_or(empty));
    let mut breaks = Vec::new();
    let mut add = |input: &str, kind| breaks.push(InputBreak { input: input.to_owned(), kind });
    for (name, schema) in &before {
        let Some(now) = after.get(name) else {
            add(name, InputBreakKind::Removed);
            continue;
        };
        if narrower(types(schema), types(now)) {
            add(name, InputBreakKind::NarrowedType);
        }
        if narrower(values(schema), values(now)) {
            add(name, InputBreakKind::NarrowedEnum);
        }
    }
    for name in required(new).difference(&required(old)) {
        if after.get(name).and_then(|schema| schema.get("default")).is_none() {
            add(name, InputBreakKind::NewlyRequired);
        }
    }
    breaks
}

/// Whether the later list lacks something that the earlier one takes; an absent list takes everything.
fn narrower(before: Option<Vec<Value>>, after: Option<Vec<Value>>) -> bool {
    match (before, after) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(before), Some(after)) => before.iter().any(|value| !after.contains(value)),
    }
}

fn types(schema: &Value) -> Option<Vec<Value>> {
    let mut types = match schema.get("type")? {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    // A number takes every integer.
    if types.iter().any(|kind| kind == "number") {
        types.push(Value::from("integer"));
    }
    Some(types)
}

fn values(schema: &Value) -> Option<Vec<Value>> {
    let only = schema.get("const").map(|value| vec![value.clone()]);
    only.or_else(|| schema.get("enum").and_then(Value::as_array).cloned())
}

fn required(schema: &Value) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}
