//! The parts of a definition as written: every field read, nothing yet compared with anything else.

use super::fields::{Faults, Field, Fields};
use super::kinds;
use super::{Effect, RetryBackoff, StepKey, StepKind, Trigger, WorkflowName};
use crate::FaultCode;
use crate::concurrency::{Concurrency, MAX_RUNS, OnLimit};
use serde_json::{Value, json};

pub(super) const MAX_STEPS: usize = 100;
const MAX_TITLE: usize = 200;
const MAX_DESCRIPTION: usize = 10_000;
const WEEK_MS: u64 = 7 * 86_400_000;

/// A definition as written. What could not be read is absent, and its fault is noted.
pub(super) struct Draft {
    pub(super) name: Option<WorkflowName>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) inputs: Value,
    /// In the order written; the position is the index in the document.
    pub(super) steps: Vec<DraftStep>,
    pub(super) full_run: bool,
    /// Position in the document and name of each step of `policies.retry.steps`.
    pub(super) retry_steps: Vec<(usize, StepKey)>,
    pub(super) concurrency: Option<Concurrency>,
    pub(super) triggers: Vec<Trigger>,
}

pub(super) struct DraftStep {
    pub(super) key: Option<StepKey>,
    pub(super) title: Option<String>,
    /// Position and name; `None` when the field is absent, which means the step before.
    pub(super) needs: Option<Vec<(usize, StepKey)>>,
    pub(super) kind: Option<StepKind>,
    pub(super) timeout_ms: u64,
    pub(super) retry: Option<RetryBackoff>,
    pub(super) effect: Effect,
}

pub(super) fn read(source: &Value, faults: &Faults) -> Draft {
    let mut fields = Fields::of(source, "", faults);
    let name = fields.require("name").and_then(|field| field.parsed(WorkflowName::parse));
    let title = fields.take("title").and_then(|field| field.text(MAX_TITLE));
    let description = fields.take("description").and_then(|field| field.any_text(MAX_DESCRIPTION));
    let inputs =
        fields.take("inputs").map_or_else(|| json!({ "type": "object" }), |field| field.value.clone());
    let steps = fields
        .require("steps")
        .map(|field| field.items(1..=MAX_STEPS).iter().map(read_step).collect())
        .unwrap_or_default();
    let DraftPolicies { full_run, retry_steps, concurrency } = read_policies(&mut fields);
    let triggers =
        fields.take("triggers").map_or_else(|| vec![Trigger::Manual], |field| read_triggers(&field));
    fields.finish();
    Draft { name, title, description, inputs, steps, full_run, retry_steps, concurrency, triggers }
}

fn read_step(step: &Field<'_>) -> DraftStep {
    let mut fields = step.fields();
    let key = fields.require("key").and_then(|field| field.parsed(StepKey::parse));
    let title = fields.take("title").and_then(|field| field.text(MAX_TITLE));
    let uses = fields.require("uses").and_then(|field| field.word(kinds::WORDS));
    let with = fields.take("with");
    let kind =
        uses.map(|uses| kinds::read(uses, with.as_ref(), format!("{}/with", step.pointer), step.faults));
    let needs = fields.take("needs").map(|field| read_keys(&field));
    let timeout = fields.take("timeout");
    let retry = fields.take("retry");
    let effect = fields.take("effect");
    fields.finish();
    if let Some(uses) = uses {
        for (field, name) in [(&timeout, "timeout"), (&retry, "retry"), (&effect, "effect")] {
            if let Some(field) = field
                && !kinds::allows(uses, name)
            {
                field.fault(FaultCode::NotAllowed, format!("A step of this kind has no {name}."));
            }
        }
    }
    DraftStep {
        key,
        title,
        needs,
        timeout_ms: timeout
            .and_then(|field| field.duration(1..=WEEK_MS))
            .unwrap_or_else(|| uses.map_or(0, kinds::default_timeout_ms)),
        retry: retry.and_then(|field| read_retry(&field)),
        effect: effect
            .and_then(|field| field.word(&[("rerunnable", Effect::Rerunnable), ("once", Effect::Once)]))
            .unwrap_or_else(|| uses.map_or(Effect::Once, kinds::default_effect)),
        kind,
    }
}

/// Step keys that must differ from one another, each with its position.
fn read_keys(field: &Field<'_>) -> Vec<(usize, StepKey)> {
    let mut keys: Vec<(usize, StepKey)> = Vec::new();
    for (index, item) in field.items(0..=MAX_STEPS).iter().enumerate() {
        let Some(key) = item.parsed(StepKey::parse) else {
            continue;
        };
        if keys.iter().any(|(_, other)| *other == key) {
            item.fault(FaultCode::NotUnique, format!("{key} is named twice."));
            continue;
        }
        keys.push((index, key));
    }
    keys
}

fn read_retry(field: &Field<'_>) -> Option<RetryBackoff> {
    const DAY_MS: u64 = 86_400_000;
    let mut fields = field.fields();
    let max_attempts = fields.require("max_attempts").and_then(|field| field.whole(1..=20));
    let initial = fields.take("initial_interval_ms").map_or(Some(1000), |field| field.whole(0..=DAY_MS));
    let factor = fields.take("backoff_factor").map_or(Some(2.0), |field| field.factor(1.0..=100.0));
    let longest = fields.take("max_interval_ms");
    let max_interval_ms = match &longest {
        // The longest wait is never below the first, whatever the default says.
        None => initial.map(|initial| initial.max(60_000)),
        Some(field) => field.whole(initial.unwrap_or(0)..=DAY_MS),
    };
    fields.finish();
    Some(RetryBackoff {
        max_attempts: u32::try_from(max_attempts?).ok()?,
        initial_interval_ms: initial?,
        backoff_factor: factor?,
        max_interval_ms: max_interval_ms?,
    })
}

/// What `policies` says; what is absent has its usual meaning.
struct DraftPolicies {
    full_run: bool,
    retry_steps: Vec<(usize, StepKey)>,
    concurrency: Option<Concurrency>,
}

fn read_policies(fields: &mut Fields<'_>) -> DraftPolicies {
    let mut read = DraftPolicies { full_run: true, retry_steps: Vec::new(), concurrency: None };
    let Some(policies) = fields.take("policies") else {
        return read;
    };
    let mut policies = policies.fields();
    if let Some(retry) = policies.take("retry") {
        let mut retry = retry.fields();
        read.full_run = retry.take("full_run").and_then(|field| field.flag()).unwrap_or(true);
        read.retry_steps = retry.take("steps").map(|field| read_keys(&field)).unwrap_or_default();
        retry.finish();
    }
    read.concurrency = policies.take("concurrency").and_then(|field| read_concurrency(&field));
    policies.finish();
    read
}

fn read_concurrency(field: &Field<'_>) -> Option<Concurrency> {
    const WORDS: &[(&str, OnLimit)] = &[
        (OnLimit::Queue.as_str(), OnLimit::Queue),
        (OnLimit::CancelInProgress.as_str(), OnLimit::CancelInProgress),
        (OnLimit::Refuse.as_str(), OnLimit::Refuse),
    ];
    let mut fields = field.fields();
    let max_runs = fields.require("max_runs").and_then(|field| field.whole(1..=u64::from(MAX_RUNS)));
    let on_limit = fields.take("on_limit").map_or(Some(OnLimit::Queue), |field| field.word(WORDS));
    fields.finish();
    Some(Concurrency { max_runs: u32::try_from(max_runs?).ok()?, on_limit: on_limit? })
}

fn read_triggers(field: &Field<'_>) -> Vec<Trigger> {
    let items = field.items(0..=1);
    items.iter().filter_map(|item| item.word(&[("manual", Trigger::Manual)])).collect()
}
