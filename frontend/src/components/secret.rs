//! Something that is shown once.

use super::Copy;
use leptos::prelude::*;

/// A secret just made: it is not stored readably and cannot be shown again.
#[component]
pub fn Secret(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// What to do with it, and until when.
    #[prop(into)]
    hint: Signal<String>,
    #[prop(into)] text: String,
    /// Beneath it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let described = format!("{id}-hint");
    let named = format!("{id}-label");
    let of_label = named.clone();
    let select = move |event: leptos::ev::FocusEvent| {
        event_target::<web_sys::HtmlInputElement>(&event).select();
    };
    view! {
        <div class="secret" role="group" aria-labelledby=named>
            <label for=id.clone() id=of_label>{label}</label>
            <div class="secret-line">
                <input
                    id=id type="text" class="mono" readonly="" spellcheck="false" value=text.clone()
                    aria-describedby=described.clone() on:focus=select
                />
                <Copy text=text label="Copy" />
            </div>
            <p class="hint" id=described>{hint}</p>
            {children.map(|children| children())}
        </div>
    }
}
