//! `jido run show` and `jido run diff`.

use super::{DiffOptions, OfRun, evidence};
use crate::client::api::Api;
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference::{beneath, ids, project_name};
use crate::client::text::{ago, clean, clean_lines, one_line, span};
use crate::client::{say_json, table};
use crate::error::Error;
use crate::output::{note, say, tell};
use domain::{ApprovalId, Digest, Timestamp};
use engine::clock;
use serde_json::{Value, json};
use wire::{ActionResponse, ApprovalResponse, DiffResponse, RunResponse, StepList, StepResponse};

/// Prints the run, its steps and its newest gate.
pub fn show(options: &OfRun) -> Result<(), Error> {
    let api = options.server.connect()?;
    let run = options.run.find(&api)?;
    let ids = ids(&run);
    let document = api.json(&Call::get(beneath(&ids, &[])))?;
    let run: RunResponse = api.meaning(document.clone())?;
    let steps = api.json(&Call::get(beneath(&ids, &["steps"])))?;
    let approval = run.approval.as_ref().map(|approval| gate(&api, &ids, approval.id)).transpose()?;
    if options.server.json {
        say_json(&json!({ "run": document, "steps": steps["items"], "approval": approval }));
        return Ok(());
    }
    let now = clock::now();
    head(&run, &project_name(&api, run.project_id)?, now).iter().for_each(|text| say(text));
    let steps: StepList = api.meaning(steps)?;
    say("");
    table::print(
        &["step", "state", "attempts", "took", "exit"],
        &steps.items.iter().map(row).collect::<Vec<_>>(),
    );
    if let Some(failure) = &run.failure {
        say(&format!("\nFailed at {}: {}", name(failure.failed_step.as_ref()), one_line(&failure.detail)));
        say(&format!("  reason: {} ({})", failure.reason, failure.error_type));
        say(&format!("  last success: {}", name(failure.last_successful_step.as_ref())));
        say(&format!("  what to do: {}", one_line(&failure.remediation)));
    }
    if let Some(approval) = approval {
        let gate: ApprovalResponse = api.meaning(approval)?;
        say("");
        evidence::in_full(&gate, now).iter().for_each(|text| say(text));
    }
    say("");
    actions(&run.allowed_actions).iter().for_each(|text| say(text));
    Ok(())
}

/// Prints the patch of the run's newest gate.
pub fn diff(options: &DiffOptions) -> Result<(), Error> {
    let api = options.of_run.server.connect()?;
    let run = options.of_run.run.find(&api)?;
    let document = api.json(&Call::get(beneath(&ids(&run), &["diff"])))?;
    if options.of_run.server.json {
        say_json(&document);
        return Ok(());
    }
    let diff: DiffResponse = api.meaning(document)?;
    if Digest::of(diff.patch.as_bytes()).hex() != diff.sha256 {
        note(
            "jido: the patch holds bytes that are no text; they are replaced here, so this is not quite what ships",
        );
    }
    if options.raw {
        return tell(&diff.patch);
    }
    let shown = clean_lines(&diff.patch);
    if shown != diff.patch {
        note(
            "jido: the patch holds control or hidden characters; they are written out here, and --raw gives it as it is",
        );
    }
    say(shown.trim_end_matches('\n'));
    Ok(())
}

/// A gate of the run, as the API gives it.
pub fn gate(api: &Api, ids: &(String, String), approval: ApprovalId) -> Result<Value, Failure> {
    api.json(&Call::get(beneath(ids, &["approvals", &approval.to_string()])))
}

fn head(run: &RunResponse, project: &str, now: Timestamp) -> Vec<String> {
    let title = run.title.as_deref().map_or_else(String::new, |title| format!(": {}", clean(title)));
    let status = run.status.as_str().replace('_', " ");
    let mut lines =
        vec![format!("Run {}/{}{title}", clean(project), run.number), format!("  status: {status}")];
    lines.push(format!("  workflow: {} version {}", run.workflow.name, run.workflow.version));
    let who = run.initiating_actor.name.as_deref().unwrap_or("the runtime");
    lines.push(format!("  started by {} {}", clean(who), ago(run.created_at, now)));
    let end = run.completed_at.unwrap_or(now);
    if let Some(started_at) = run.started_at {
        let took = u64::try_from(end.since(started_at).as_millis()).unwrap_or(u64::MAX);
        lines.push(format!(
            "  {} {}",
            if run.completed_at.is_some() { "took" } else { "open for" },
            span(took)
        ));
    }
    if let Some(commit) = &run.base_commit {
        lines.push(format!("  base: {}", clean(commit)));
    }
    if run.attempt > 1 {
        lines.push(format!("  attempt {} of its lineage", run.attempt));
    }
    if let Some(full) = &run.waiting_for {
        lines.push(format!("  waits for a slot: {} of this {} may run at once", full.limit, full.group));
    }
    for (key, value) in &run.labels {
        lines.push(format!("  label {}={}", clean(key), clean(value)));
    }
    lines.push(format!("  id: {}", run.id));
    lines
}

fn row(step: &StepResponse) -> Vec<String> {
    let last = step.attempts.last();
    vec![
        step.step.to_string(),
        step.state.map_or_else(|| "-".to_owned(), |state| state.to_string()),
        step.attempts.len().to_string(),
        last.and_then(|attempt| attempt.duration_ms).map_or_else(String::new, span),
        last.and_then(|attempt| attempt.exit_code).map_or_else(String::new, |code| code.to_string()),
    ]
}

/// What the caller may do, and why not the rest.
fn actions(actions: &[ActionResponse]) -> Vec<String> {
    let name = |action: &ActionResponse| {
        let step = action.step.as_ref().map_or_else(String::new, |step| format!(" {step}"));
        format!("{}{step}", action.action.replace('_', " "))
    };
    let (allowed, refused): (Vec<_>, Vec<_>) = actions.iter().partition(|action| action.allowed);
    let mut lines = Vec::new();
    if !allowed.is_empty() {
        let names: Vec<String> = allowed.into_iter().map(name).collect();
        lines.push(format!("You may: {}", names.join(", ")));
    }
    for action in refused {
        let why = action.detail.as_deref().unwrap_or("not allowed");
        lines.push(format!("Not now: {}. {}", name(action), clean(why)));
    }
    lines
}

fn name(step: Option<&domain::contract::StepKey>) -> String {
    step.map_or_else(|| "none".to_owned(), ToString::to_string)
}
