//! Copying text.

use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A button that copies a text, as it is when the button is pressed.
#[component]
pub fn Copy(
    #[prop(into)] text: Signal<String>,
    #[prop(into, default = "Copy".to_owned())] label: String,
) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        let writing = window().navigator().clipboard().write_text(&text.get_untracked());
        spawn_local(async move {
            let done = JsFuture::from(writing).await.is_ok();
            said.set(Some(if done { "Copied" } else { "Not allowed" }));
            set_timeout(
                move || {
                    said.try_set(None);
                },
                Duration::from_secs(2),
            );
        });
    };
    view! {
        <button type="button" class="btn quiet" on:click=copy>
            {move || said.get().map_or_else(|| label.clone(), str::to_owned)}
        </button>
    }
}

/// A digest or commit id, shortened, with the whole of it in its title and a button that copies it.
#[component]
pub fn DigestText(#[prop(into)] digest: String, #[prop(into)] name: String) -> impl IntoView {
    let short: String = digest.trim_start_matches("sha256:").chars().take(12).collect();
    let copied = digest.clone();
    // What is seen is part of what is heard, so that the button can be called by it.
    let label = format!("Copy {name} {short}");
    let said = RwSignal::new(false);
    let copy = move |_| {
        let writing = window().navigator().clipboard().write_text(&copied);
        spawn_local(async move {
            said.set(JsFuture::from(writing).await.is_ok());
            set_timeout(
                move || {
                    said.try_set(false);
                },
                Duration::from_secs(2),
            );
        });
    };
    view! {
        <button type="button" class="digest" title=digest aria-label=label on:click=copy>
            <code>{short}</code>
            <span role="status" class="copied">{move || said.get().then_some("copied")}</span>
        </button>
    }
}
