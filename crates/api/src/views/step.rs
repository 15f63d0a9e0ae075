//! Steps and attempts.

use domain::contract::Definition;
use persistence::records::AttemptRecord;
use wire::{AttemptResponse, StepResponse};

/// The steps of the definition with this run's attempts, given oldest first.
pub fn steps(definition: &Definition, attempts: Vec<AttemptRecord>) -> Vec<StepResponse> {
    let mut steps: Vec<_> = definition
        .steps
        .iter()
        .map(|step| StepResponse {
            step: step.key.clone(),
            title: step.title.clone(),
            uses: step.kind.as_str().to_owned(),
            state: None,
            attempts: Vec::new(),
        })
        .collect();
    for record in attempts {
        match steps.iter_mut().find(|step| step.step == record.step) {
            Some(step) => step.attempts.push(attempt(record)),
            // The definition cannot be read; what was done is still on record.
            None => steps.push(StepResponse {
                step: record.step.clone(),
                title: None,
                uses: "unknown".to_owned(),
                state: None,
                attempts: vec![attempt(record)],
            }),
        }
    }
    for step in &mut steps {
        step.attempts.sort_by_key(|attempt| attempt.attempt);
        step.state = step.attempts.last().map(|attempt| attempt.state);
    }
    steps
}

fn attempt(record: AttemptRecord) -> AttemptResponse {
    let result = record.result.unwrap_or_default();
    let elapsed = match (record.started_at, record.finished_at) {
        (Some(started), Some(finished)) => u64::try_from(finished.since(started).as_millis()).ok(),
        _ => None,
    };
    AttemptResponse {
        attempt: record.attempt,
        state: record.state,
        started_at: record.started_at,
        finished_at: record.finished_at,
        duration_ms: result.duration_ms.or(elapsed),
        exit_code: result.exit_code,
        outputs: record.outputs,
        failure: record.failure,
        tests: result.tests,
        log_bytes: result.log_bytes.unwrap_or(0),
        confinement: result.confinement,
        confinement_detail: result.confinement_detail,
        commit: result.commit,
        inherited_from: record.inherited_from,
    }
}
