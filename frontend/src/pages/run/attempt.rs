//! The attempt that is selected: what is known of it, and its log.

use super::log::LogViewer;
use super::selection::{Selected, Tab};
use super::step_retry::RetryFromStep;
use super::view::RunView;
use super::words;
use crate::components::{DigestText, Elapsed, StatusBadge, StatusKind, When};
use crate::text::visible;
use domain::failure::StepFailure;
use domain::run::AttemptState;
use leptos::prelude::*;
use serde_json::Value;
use wire::{AttemptResponse, StepList};

/// The selected attempt. Another selection makes the panel anew; news of the same attempt does not.
#[component]
pub fn AttemptPanel(view: RunView, steps: Signal<StepList>) -> impl IntoView {
    move || {
        view.selected.get().map(|selected| view! { <OneAttempt view=view steps=steps selected=selected /> })
    }
}

#[component]
fn OneAttempt(view: RunView, steps: Signal<StepList>, selected: Selected) -> impl IntoView {
    let Selected { step, attempt: number } = selected;
    let key = step.clone();
    let found = Memo::new(move |_| {
        steps.with(|steps| {
            let step = steps.items.iter().find(|step| step.step == key)?;
            let attempt = step.attempts.iter().find(|attempt| attempt.attempt == number)?;
            Some((step.uses.clone(), step.title.clone(), attempt.clone()))
        })
    });
    let state = Memo::new(move |_| {
        found.with(|found| found.as_ref().map_or(AttemptState::Lost, |(_, _, attempt)| attempt.state))
    });
    let uses =
        found.with_untracked(|found| found.as_ref().map(|(uses, ..)| uses.clone()).unwrap_or_default());
    let is_gate = uses == "approval";
    let title = found.with_untracked(|found| found.as_ref().and_then(|(_, title, _)| title.clone()));
    let log_bytes =
        Memo::new(move |_| found.with(|found| found.as_ref().map_or(0, |(_, _, attempt)| attempt.log_bytes)));
    let inherited = Memo::new(move |_| {
        found.with(|found| found.as_ref().and_then(|(_, _, attempt)| attempt.inherited_from))
    });
    let decisions = Tab::Decisions.href(&view.page());
    view! {
        <section class="attempt" aria-labelledby="attempt-title">
            <div class="attempt-head">
                <h2 id="attempt-title"><code>{step.to_string()}</code>{format!(" · attempt {number}")}</h2>
                <StatusBadge kind=Signal::derive(move || kind_of(&uses, state.get())) />
                {
                    let shown = step.clone();
                    let may = Memo::new(move |_| view.may_retry(&shown));
                    let step = step.clone();
                    view! { <Show when=move || may.get()><RetryFromStep view=view step=step.clone() class="btn" /></Show> }
                }
                {title.map(|title| view! { <span class="muted">{visible::shown(&title)}</span> })}
            </div>
            {move || inherited.get().map(|from| view! {
                <p class="inherited" data-inherited="">
                    "Taken over from "<a href=format!("/projects/{}/runs/{from}", view.path.project)>{words::of_earlier(view, from)}</a>
                    ": it was not run again here."
                </p>
            })}
            {move || found.get().map(|(_, _, attempt)| details(&attempt))}
            {if is_gate {
                view! {
                    <p>"A gate runs nothing, so it has no log. "<a href=decisions>"All decisions of this run"</a></p>
                }.into_any()
            } else {
                view! { <LogViewer view=view step=step attempt=number state=state log_bytes=log_bytes /> }.into_any()
            }}
        </section>
    }
}

/// How an attempt is shown. A gate that failed was rejected.
pub fn kind_of(uses: &str, state: AttemptState) -> StatusKind {
    if uses == "approval" && state == AttemptState::Failed { StatusKind::Rejected } else { state.into() }
}

fn details(attempt: &AttemptResponse) -> impl IntoView + use<> {
    let (started, finished) = (attempt.started_at, attempt.finished_at);
    let confined = attempt.confinement.clone().map(|level| confinement(&level, &attempt.confinement_detail));
    let tests = attempt.tests.clone();
    let outputs = attempt.outputs.clone().filter(|outputs| !is_empty(outputs));
    view! {
        {attempt.failure.clone().map(failed)}
        <dl class="attempt-facts">
            {started.map(|start| view! {
                <div><dt>"Started"</dt><dd><When at=start /></dd></div>
                <div><dt>"Duration"</dt><dd><Elapsed start=start end=finished /></dd></div>
            })}
            {attempt.exit_code.map(|code| view! { <div><dt>"Exit code"</dt><dd>{code}</dd></div> })}
            {tests.as_ref().and_then(test_counts).map(|counts| view! { <div><dt>"Tests"</dt><dd>{counts}</dd></div> })}
            {confined.map(|text| view! { <div><dt>"Confinement"</dt><dd>{text}</dd></div> })}
            {attempt.commit.clone().map(|commit| view! {
                <div><dt>"Snapshot"</dt><dd><DigestText digest=commit name="commit of the workspace afterwards" /></dd></div>
            })}
        </dl>
        {tests.and_then(|tests| failing(&tests))}
        {outputs.map(|outputs| {
            let text = serde_json::to_string_pretty(&outputs).unwrap_or_default();
            view! {
                <details class="attempt-outputs">
                    <summary>"Outputs"</summary>
                    <pre tabindex="0">{visible::shown(&text)}</pre>
                </details>
            }
        })}
    }
}

fn failed(failure: StepFailure) -> impl IntoView {
    let StepFailure { reason, detail, missing_fields } = failure;
    view! {
        <div class="attempt-failure">
            <p><strong>{words::sentence(reason.as_str())}</strong>" "<code class="muted">{reason.as_str()}</code></p>
            <p>{visible::shown(&detail)}</p>
            {(!missing_fields.is_empty()).then(|| view! { <p>{format!("Not known: {}.", missing_fields.join(", "))}</p> })}
        </div>
    }
}

fn confinement(level: &str, limits: &[String]) -> String {
    let level = match level {
        "full" => "Full".to_owned(),
        "partial" => "Partial".to_owned(),
        "none" => "None: the step ran with the server's own rights".to_owned(),
        other => words::sentence(other),
    };
    if limits.is_empty() { level } else { format!("{level}. Limits: {}", limits.join("; ")) }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The names of tests that failed.
fn failing(tests: &Value) -> Option<impl IntoView + use<>> {
    /// A longer list is read in the report.
    const MOST: usize = 50;
    let names: Vec<String> =
        tests.get("failing")?.as_array()?.iter().map(|name| visible::shown(&words::plain(name))).collect();
    let more = names.len().saturating_sub(MOST);
    (!names.is_empty()).then(|| view! {
        <details class="attempt-failing" open=true>
            <summary>{format!("{} failing", plural(names.len(), "test"))}</summary>
            <ul>
                {names.into_iter().take(MOST).map(|name| view! { <li><code>{name}</code></li> }).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p>{format!("and {more} more, in the report among the artifacts")}</p> })}
        </details>
    })
}

pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The counts of a test step, in words; `None` where no parser understood its output.
pub fn test_counts(tests: &Value) -> Option<String> {
    let counts = tests.get("counts").unwrap_or(tests);
    let number = |name: &str| counts.get(name).and_then(Value::as_u64);
    let (passed, failed) = (number("passed")?, number("failed")?);
    let skipped = number("skipped").filter(|&skipped| skipped > 0);
    let skipped = skipped.map(|skipped| format!(", {skipped} skipped")).unwrap_or_default();
    Some(format!("{passed} passed, {failed} failed{skipped}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case(json!({"counts": {"total": 5, "passed": 4, "failed": 1, "skipped": 0}}), Some("4 passed, 1 failed"))]
    #[test_case(json!({"counts": {"total": 6, "passed": 4, "failed": 0, "skipped": 2}}), Some("4 passed, 0 failed, 2 skipped"))]
    #[test_case(json!({"counts": null, "exit_code": 0}), None; "output that no parser understood")]
    fn counts_of_tests_are_written(tests: Value, expected: Option<&str>) {
        assert_eq!(test_counts(&tests).as_deref(), expected);
    }

    #[test]
    fn the_limits_of_confinement_are_named() {
        let limits = ["no network namespace".to_owned(), "no seccomp".to_owned()];
        assert_eq!(confinement("partial", &limits), "Partial. Limits: no network namespace; no seccomp");
        assert_eq!(confinement("full", &[]), "Full");
    }
}
