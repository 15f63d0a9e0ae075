//! What a person can do to the run as a whole.

use super::retry::RetryDialog;
use super::selection::start_again;
use super::view::RunView;
use super::words;
use crate::api::{Failure, IdempotencyKey, use_api};
use crate::components::{Dialog, Field, ProblemPanel};
use domain::contract::StepKey;
use domain::failure::{ErrorType, Failure as RunFailure, SafeRetry};
use domain::run::Status;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use wire::{ActionResponse, CancelRequest, ProblemCode, StepList};

/// The longest reason that the server takes.
const MAX_REASON: &str = "4000";

/// Cancelling, and trying again.
#[component]
pub fn Actions(view: RunView) -> impl IntoView {
    let cancel = action(view, "cancel");
    let retry = action(view, "retry");
    let status = Memo::new(move |_| view.run.data.with(|run| run.as_ref().map(|run| run.status)));
    // Where repeating does not help, something else is done first.
    let retry_class = Memo::new(move |_| {
        view.run.data.with(|run| match run.as_ref().and_then(|run| run.failure.as_ref()) {
            Some(failure) if is_futile(failure) => "btn",
            Some(failure) if failure.failed_step.as_ref().is_some_and(|step| view.may_retry(step)) => "btn",
            Some(_) | None => "btn primary",
        })
    });
    let may_repeat = Memo::new(move |_| matches!(status.get(), Some(Status::Failed | Status::Cancelled)));
    let again = Memo::new(move |_| {
        let may_start = retry.with(|retry| retry.as_ref().is_some_and(|retry| !is_forbidden(retry)));
        view.run
            .data
            .with(|run| run.as_ref().filter(|run| may_start && run.status.is_terminal()).map(start_again))
    });
    let is_over =
        Memo::new(move |_| view.run.data.with(|run| run.as_ref().is_none_or(|run| run.status.is_terminal())));
    let opened = RwSignal::new(false);
    let retrying = RwSignal::new(false);
    view! {
        <div class="actions run-actions">
            {move || (!is_over.get()).then(|| cancel.get()).flatten().filter(|action| !is_forbidden(action)).map(|action| view! {
                <ActionButton action=action class="btn danger" text="Cancel run" press=Callback::new(move |()| opened.set(true)) />
            })}
            {move || may_repeat.get().then(|| retry.get()).flatten().filter(|action| !is_forbidden(action)).map(|action| view! {
                <ActionButton
                    action=action class=retry_class.get() text="Retry the run"
                    press=Callback::new(move |()| retrying.set(true))
                />
            })}
            {move || again.get().map(|href| view! { <a class="btn" href=href>"Start another run"</a> })}
        </div>
        <RetryDialog view=view opened=retrying />
        <Dialog open=opened title="Cancel this run?">
            <CancelForm view=view opened=opened />
        </Dialog>
    }
}

/// Whether the caller's role does not include it: then it is not offered at all.
fn is_forbidden(action: &ActionResponse) -> bool {
    action.code.as_deref() == Some(ProblemCode::Forbidden.as_str())
}

/// Whether repeating the run as it is would fail the same way.
fn is_futile(failure: &RunFailure) -> bool {
    failure.safe_retry == SafeRetry::None || failure.error_type == ErrorType::Validation
}

/// What the server says of an action; `None` where it does not know it.
fn action(view: RunView, name: &'static str) -> Memo<Option<ActionResponse>> {
    Memo::new(move |_| {
        view.run
            .data
            .with(|run| run.as_ref()?.allowed_actions.iter().find(|action| action.action == name).cloned())
    })
}

/// A button for something that the server allows, or refuses for a reason that is told.
#[component]
fn ActionButton(
    action: ActionResponse,
    /// `btn`, with what makes it stand out.
    class: &'static str,
    text: &'static str,
    press: Callback<()>,
) -> impl IntoView {
    let ActionResponse { action: name, allowed, detail, .. } = action;
    let reason_id = format!("why-not-{name}");
    let described = (!allowed).then(|| reason_id.clone());
    view! {
        <button
            type="button" class=class data-action=name
            aria-disabled=(!allowed).to_string() aria-describedby=described
            on:click=move |_| if allowed { press.run(()) }
        >
            {text}
        </button>
        {(!allowed).then(|| view! {
            <span class="hint" id=reason_id>{detail.unwrap_or_else(|| "The server does not say why not.".to_owned())}</span>
        })}
    }
}

#[component]
fn CancelForm(view: RunView, opened: RwSignal<bool>) -> impl IntoView {
    let api = use_api();
    let reason = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let is_sending = RwSignal::new(false);
    // One intention: a request whose answer is lost is sent again under the same key.
    let key = StoredValue::new(IdempotencyKey::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_sending.get_untracked() {
            return;
        }
        is_sending.set(true);
        failure.set(None);
        let given = reason.get_untracked().trim().to_owned();
        let body = CancelRequest { reason: Some(given).filter(|reason| !reason.is_empty()) };
        spawn_local(async move {
            let result = api.cancel_run(view.path, &key.get_value(), &body).await;
            is_sending.try_set(false);
            match result {
                Ok(run) => {
                    view.run.put(run);
                    opened.try_set(false);
                    // The button that opened the dialog is gone: the focus goes to the page's head.
                    request_animation_frame(focus_heading);
                }
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
        <p>{move || view.run.data.with(|run| {
            let run = run.as_ref()?;
            Some(view.steps.data.with(|steps| what_ends(run.current_step.as_ref(), steps.as_ref())))
        })}</p>
        <p>"A cancelled run cannot be resumed. Its log, artifacts and history stay."</p>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
        <form class="stack" on:submit=submit>
            <Field id="cancel-reason" label="Reason" hint="Optional; it is kept in the run's history.">
                <textarea
                    id="cancel-reason" maxlength=MAX_REASON rows="3"
                    aria-describedby="cancel-reason-hint cancel-reason-fault" bind:value=reason
                ></textarea>
            </Field>
            <div class="actions">
                <button type="submit" class="btn danger" aria-disabled=move || is_sending.get().to_string()>
                    {move || if is_sending.get() { "Cancelling…" } else { "Cancel run" }}
                </button>
                <button type="button" class="btn" on:click=move |_| opened.set(false)>"Keep it running"</button>
            </div>
        </form>
    }
}

fn focus_heading() {
    let heading = document().query_selector("main h1").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A heading that cannot take the focus leaves it where it is.
        let _ = heading.focus();
    }
}

/// The step that is going on, and what ending it means. While the steps are on their way, nothing is promised.
fn what_ends(step: Option<&StepKey>, steps: Option<&StepList>) -> String {
    let Some(step) = step else {
        return "No step has begun. Nothing is shipped.".to_owned();
    };
    let found = steps.and_then(|steps| steps.items.iter().find(|found| found.step == *step));
    let meaning = found.map(|found| words::of_interruption(&found.uses));
    format!("The run is at the step {step}. {}", meaning.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_ends_promises_nothing_that_is_not_known() {
        let step = StepKey::parse("push").unwrap();
        let steps = json!({ "items": [{ "step": "push", "title": null, "uses": "ship", "state": null, "attempts": [] }] });
        let steps: StepList = serde_json::from_value(steps).unwrap();
        assert!(what_ends(Some(&step), Some(&steps)).contains("The push may have begun"));
        assert!(!what_ends(Some(&step), None).contains("shipped"));
        assert!(what_ends(None, None).contains("Nothing is shipped"));
    }
}
