//! The blocks of a run without a repository: outputs of the step that the policy names.

use super::repository::note;
use super::{Blocked, Blocks, Subject};
use domain::evidence::{DiffSummary, RiskLevel, RiskNote, TestSummary};
use domain::run::AttemptState;
use serde_json::Value;

pub(super) fn blocks(subject: &Subject<'_>) -> Result<Blocks, Blocked> {
    let Some(source) = &subject.policy.evidence_from else {
        return Err(Blocked {
            reason: "evidence_source_missing",
            detail: "The run has no repository and its gate names no step whose outputs are the evidence."
                .to_owned(),
            remediation: "Publish a definition whose gate has evidence_from, cancel this run and start anew.",
        });
    };
    let outputs = subject
        .attempts
        .iter()
        .rev()
        .find(|attempt| attempt.step == *source && attempt.state == AttemptState::Succeeded)
        .and_then(|attempt| attempt.outputs.as_ref());
    let block =
        |name: &'static str| outputs.and_then(|outputs| outputs.get(name)).filter(|value| !value.is_null());
    let names = ["diff_summary", "test_summary", "risk_notes"];
    let missing: Vec<&str> = names.into_iter().filter(|name| block(name).is_none()).collect();
    let (Some(diff), Some(tests), Some(risks)) = (block(names[0]), block(names[1]), block(names[2])) else {
        return Err(unusable(
            "outputs_missing",
            format!("The step {source} gave no {}.", missing.join(", ")),
        ));
    };
    let diff_summary = diff_block(diff).ok_or_else(|| malformed(source.as_str(), names[0]))?;
    let test_summary = test_block(tests).ok_or_else(|| malformed(source.as_str(), names[1]))?;
    let risk_notes = risk_block(risks).ok_or_else(|| malformed(source.as_str(), names[2]))?;
    Ok(Blocks { diff_summary, test_summary, risk_notes, artifacts: Vec::new() })
}

fn malformed(source: &str, name: &str) -> Blocked {
    unusable(
        "outputs_malformed",
        format!("The output {name} of the step {source} does not have the evidence's shape."),
    )
}

const fn unusable(reason: &'static str, detail: String) -> Blocked {
    Blocked {
        reason,
        detail,
        remediation: "Let the step write diff_summary, test_summary and risk_notes; cancel this run and start anew.",
    }
}

/// A sentence, or the block itself.
fn diff_block(value: &Value) -> Option<DiffSummary> {
    match value.as_str() {
        Some(text) => Some(DiffSummary::stated(text.to_owned())),
        None => serde_json::from_value(value.clone()).ok(),
    }
}

fn test_block(value: &Value) -> Option<TestSummary> {
    match value.as_str() {
        Some(text) => Some(TestSummary::stated(text.to_owned())),
        None => serde_json::from_value(value.clone()).ok(),
    }
}

/// A sentence, or a list of sentences and notes.
fn risk_block(value: &Value) -> Option<Vec<RiskNote>> {
    let stated = |text: &str| note("stated", RiskLevel::Info, text, vec![]);
    if let Some(text) = value.as_str() {
        return Some(vec![stated(text)]);
    }
    let notes = value.as_array()?.iter().map(|entry| match entry.as_str() {
        Some(text) => Some(stated(text)),
        None => serde_json::from_value(entry.clone()).ok(),
    });
    notes.collect()
}
