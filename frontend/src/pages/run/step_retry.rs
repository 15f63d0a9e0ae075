//! Repeating a run from one of its steps.

use super::view::RunView;
use crate::api::{Failure, IdempotencyKey, use_api};
use crate::components::{Dialog, Loaded, ProblemPanel};
use domain::contract::StepKey;
use domain::run::AttemptState;
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::StepResponse;

/// The button that asks to retry from a step; only for steps that the run says may be retried.
#[component]
pub fn RetryFromStep(view: RunView, step: StepKey, class: &'static str) -> impl IntoView {
    let label = format!("Retry from this step, {step}");
    view! {
        <button
            type="button" class=class data-action="retry_step" aria-label=label
            on:click=move |_| view.retrying_step.set(Some(step.clone()))
        >"Retry from this step"</button>
    }
}

/// Where a retry of a step begins, and what it takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Beginning {
    /// The gate before the step, where there is one: no approval is taken over.
    gate: Option<StepKey>,
    /// The steps whose results are taken over, in their order.
    taken_over: Vec<StepKey>,
}

impl Beginning {
    fn of(step: &StepKey, steps: &[StepResponse]) -> Self {
        let asked = steps.iter().position(|found| found.step == *step).unwrap_or(0);
        let gate = steps[..asked].iter().position(|step| step.uses == "approval");
        let begins = gate.unwrap_or(asked);
        let succeeded = |step: &&StepResponse| step.state == Some(AttemptState::Succeeded);
        Self {
            gate: gate.map(|gate| steps[gate].step.clone()),
            taken_over: steps[..begins].iter().filter(succeeded).map(|step| step.step.clone()).collect(),
        }
    }
}

/// Says what a retry of the chosen step does, makes it, and goes to its page.
#[component]
pub fn StepRetryDialog(view: RunView) -> impl IntoView {
    move || {
        view.retrying_step.get().map(|step| {
            let open = RwSignal::new(true);
            Effect::new(move |_| {
                if !open.get() {
                    request_animation_frame(move || {
                        view.retrying_step.try_set(None);
                    });
                }
            });
            let title = format!("Retry from the step {step}?");
            view! { <Dialog open=open title=title><StepRetryForm view=view step=step.clone() open=open /></Dialog> }
        })
    }
}

#[component]
fn StepRetryForm(view: RunView, step: StepKey, open: RwSignal<bool>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let failure = RwSignal::new(None::<Failure>);
    let is_sending = RwSignal::new(false);
    // One intention: a request whose answer is lost is sent again under the same key.
    let key = StoredValue::new(IdempotencyKey::new());
    // What it takes over is said before it can be asked for.
    let is_known = Memo::new(move |_| view.steps.data.with(Option::is_some));
    let attempt = view.run.data.with_untracked(|run| run.as_ref().map_or(2, |run| run.attempt + 1));
    let asked = step.clone();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_sending.get_untracked() || !is_known.get_untracked() {
            return;
        }
        is_sending.set(true);
        failure.set(None);
        let (navigate, step) = (navigate.clone(), asked.clone());
        spawn_local(async move {
            let result = api.retry_step(view.path, &step, &key.get_value()).await;
            is_sending.try_set(false);
            match result {
                Ok(retry) => navigate(&retry.page, NavigateOptions::default()),
                Err(refused) => {
                    if refused.problem().is_some() {
                        // It was refused: what is sent next is another request.
                        key.try_set_value(IdempotencyKey::new());
                    }
                    failure.try_set(Some(refused));
                    view.run.refetch();
                }
            }
        });
    };
    view! {
        <p>{format!("A new run, attempt {attempt}, with the same version, settings and inputs. This run stays as it is.")}</p>
        <Loaded query=view.steps rows=2 let:steps>
            {
                let step = step.clone();
                move || steps.with(|steps| said(&step, Beginning::of(&step, &steps.items)))
            }
        </Loaded>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
        <form on:submit=submit>
            <div class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || (is_sending.get() || !is_known.get()).to_string()>
                    {move || if is_sending.get() { "Starting…" } else { "Retry from this step" }}
                </button>
                <button type="button" class="btn" on:click=move |_| open.set(false)>"Not now"</button>
            </div>
        </form>
    }
}

/// Where the retry begins and what it takes over, in words.
fn said(step: &StepKey, beginning: Beginning) -> impl IntoView + use<> {
    let begins = match beginning.gate {
        Some(gate) => view! {
            <p>
                "It begins at the gate "<code>{gate.to_string()}</code>" before "<code>{step.to_string()}</code>
                ": an approval is never taken over, so somebody decides anew."
            </p>
        }
        .into_any(),
        None => view! { <p>"It begins at "<code>{step.to_string()}</code>", with the files and outputs that this step found."</p> }.into_any(),
    };
    let kept = beginning.taken_over;
    let taken_over = if kept.is_empty() {
        view! { <p>"Nothing comes before it: no result is taken over."</p> }.into_any()
    } else {
        let names = kept.iter().enumerate().map(|(index, step)| {
            view! { {(index > 0).then_some(", ")}<code>{step.to_string()}</code> }
        });
        view! { <p>"Taken over from this run and not run again: "{names.collect_view()}"."</p> }.into_any()
    };
    view! {
        {begins}
        {taken_over}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case("tests", None, &["work"]; "a step without a gate before it")]
    #[test_case("ship", Some("gate"), &["work", "tests"]; "a step behind a gate")]
    #[test_case("work", None, &[]; "the first step")]
    fn a_retry_begins_at_its_step_or_at_the_gate_before_it(step: &str, gate: Option<&str>, kept: &[&str]) {
        let steps = [("work", "agent"), ("tests", "test"), ("gate", "approval"), ("ship", "ship")].map(
            |(step, uses)| {
                let state = if step == "ship" { "failed" } else { "succeeded" };
                serde_json::from_value::<StepResponse>(
                    json!({ "step": step, "title": null, "uses": uses, "state": state, "attempts": [] }),
                )
                .unwrap()
            },
        );
        let found = Beginning::of(&StepKey::parse(step).unwrap(), &steps);
        assert_eq!(found.gate.as_ref().map(StepKey::as_str), gate);
        assert_eq!(found.taken_over.iter().map(StepKey::as_str).collect::<Vec<_>>(), kept);
    }
}
