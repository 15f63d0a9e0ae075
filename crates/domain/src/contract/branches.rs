//! Which of several allowed shapes a value was meant to have.

use super::schema::{distinct, expected_one_of, faults_of, type_names};
use crate::{Fault, FaultCode};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

type Branch = Vec<ValidationError<'static>>;

/// Returns the faults of the branch that the value at `pointer` comes closest to.
///
/// Branches of another type are out first, then those whose tag (a constant or enumerated direct member) is
/// another one. When every branch is out, the fault names what all of them would accept.
pub(super) fn best_branch(pointer: &str, branches: &[Branch]) -> Vec<Fault> {
    let right_type: Vec<&Branch> =
        branches.iter().filter(|branch| !has_wrong_type(pointer, branch)).collect();
    if right_type.is_empty() {
        return vec![Fault::new(pointer, FaultCode::WrongType, all_types(pointer, branches))];
    }
    // One branch alone needs no tag to be told from others: all of its faults count.
    let alone = right_type.len() == 1;
    let fits = |branch: &&Branch| alone || wrong_tag(pointer, branch).is_none();
    let right_tag: Vec<&Branch> = right_type.iter().copied().filter(fits).collect();
    if right_tag.is_empty() {
        return wrong_tags(pointer, &right_type);
    }
    let candidates: Vec<Vec<Fault>> =
        right_tag.iter().map(|branch| distinct(branch.iter().flat_map(faults_of))).collect();
    let shared = shared_faults(&candidates);
    if candidates.len() > 1 && !shared.is_empty() {
        return shared;
    }
    candidates.into_iter().min_by_key(Vec::len).unwrap_or_default()
}

fn has_wrong_type(pointer: &str, branch: &Branch) -> bool {
    branch
        .iter()
        .any(|error| matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str() == pointer)
}

fn all_types(pointer: &str, branches: &[Branch]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for error in branches.iter().flatten().filter(|error| error.instance_path().as_str() == pointer) {
        if let Kind::Type { kind } = error.kind() {
            names.extend(type_names(kind));
        }
    }
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    format!("Expected {}.", distinct.join(" or "))
}

/// The error that says the value is meant for another branch: a constant of the value itself or of a direct member.
fn wrong_tag<'b>(pointer: &str, branch: &'b Branch) -> Option<&'b ValidationError<'static>> {
    branch.iter().find(|error| {
        let path = error.instance_path().as_str();
        let depth = path.strip_prefix(pointer).map(|rest| rest.matches('/').count());
        matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. })
            && depth.is_some_and(|depth| depth <= 1)
    })
}

/// One fault per place where the branches disagree with the value, naming every word that some branch accepts.
fn wrong_tags(pointer: &str, branches: &[&Branch]) -> Vec<Fault> {
    let mut places: Vec<(String, Vec<Value>)> = Vec::new();
    for error in branches.iter().filter_map(|branch| wrong_tag(pointer, branch)) {
        let path = error.instance_path().as_str();
        let accepted = match error.kind() {
            Kind::Enum { options } => options.as_array().cloned().unwrap_or_default(),
            Kind::Constant { expected_value } => vec![Value::clone(expected_value)],
            _ => Vec::new(),
        };
        match places.iter_mut().find(|(place, _)| place == path) {
            Some((_, values)) => values.extend(accepted),
            None => places.push((path.to_owned(), accepted)),
        }
    }
    places
        .into_iter()
        .map(|(place, values)| Fault::new(place, FaultCode::NotAllowed, expected_one_of(&values)))
        .collect()
}

/// The faults that every candidate has: what is wrong whichever shape was meant.
fn shared_faults(candidates: &[Vec<Fault>]) -> Vec<Fault> {
    let Some((first, rest)) = candidates.split_first() else {
        return Vec::new();
    };
    let everywhere = |fault: &&Fault| {
        rest.iter().all(|faults| {
            faults.iter().any(|other| other.pointer == fault.pointer && other.code == fault.code)
        })
    };
    first.iter().filter(everywhere).cloned().collect()
}
