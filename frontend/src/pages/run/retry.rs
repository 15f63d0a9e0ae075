//! Repeating a run that ended without success.

use super::view::RunView;
use crate::api::{Failure, IdempotencyKey, use_api};
use crate::components::{Dialog, DigestText, ProblemPanel};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::{RetryBase, RetryRequest};

/// Asks which commit the retry starts from, makes it, and goes to its page.
#[component]
pub fn RetryDialog(view: RunView, opened: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=opened title="Retry this run?">
            <RetryForm view=view opened=opened />
        </Dialog>
    }
}

#[component]
fn RetryForm(view: RunView, opened: RwSignal<bool>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let base = RwSignal::new(RetryBase::Pinned);
    let failure = RwSignal::new(None::<Failure>);
    let is_sending = RwSignal::new(false);
    // One intention for each choice: a request whose answer is lost is sent again under the same key.
    let key = Memo::new(move |_| {
        base.track();
        IdempotencyKey::new()
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_sending.get_untracked() {
            return;
        }
        is_sending.set(true);
        failure.set(None);
        let navigate = navigate.clone();
        let (key, body) = (key.get_untracked(), RetryRequest { base: base.get_untracked() });
        spawn_local(async move {
            let result = api.retry_run(view.path, &key, &body).await;
            is_sending.try_set(false);
            match result {
                Ok(retry) => navigate(&retry.page, leptos_router::NavigateOptions::default()),
                Err(refused) => {
                    failure.try_set(Some(refused));
                    view.run.refetch();
                }
            }
        });
    };
    let base_commit =
        Memo::new(move |_| view.run.data.with(|run| run.as_ref().and_then(|run| run.base_commit.clone())));
    view! {
        <p>
            "A new run repeats this one: the same version, settings and inputs. "
            "This run stays as it is, with its log, artifacts and failure."
        </p>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
        <form class="stack" on:submit=submit>
            {move || base_commit.get().map(|commit| view! {
                <fieldset class="choices">
                    <legend>"Start from"</legend>
                    <label>
                        <input
                            type="radio" name="retry-base" prop:checked=move || base.get() == RetryBase::Pinned
                            on:change=move |_| base.set(RetryBase::Pinned)
                        />
                        "the same commit " <DigestText digest=commit name="base commit" />
                    </label>
                    <label>
                        <input
                            type="radio" name="retry-base" prop:checked=move || base.get() == RetryBase::Latest
                            on:change=move |_| base.set(RetryBase::Latest)
                        />
                        "the newest commit of the base"
                    </label>
                </fieldset>
            })}
            <div class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || is_sending.get().to_string()>
                    {move || if is_sending.get() { "Starting…" } else { "Retry the run" }}
                </button>
                <button type="button" class="btn" on:click=move |_| opened.set(false)>"Not now"</button>
            </div>
        </form>
    }
}
