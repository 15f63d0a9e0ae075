//! A box to search in.

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;

/// How long somebody pauses before what was typed is searched for.
const PAUSE: Duration = Duration::from_millis(250);

/// A labelled search box. `value` is what is searched for now; what is typed goes to `on_search` after a pause.
#[component]
pub fn SearchBox(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    on_search: Callback<String>,
) -> impl IntoView {
    let typed = RwSignal::new(value.get_untracked());
    let said = StoredValue::new(value.get_untracked());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    Effect::new(move |_| {
        // Somebody else changed it: a link, the browser's back.
        let value = value.get();
        if said.get_value() != value {
            stop();
            said.set_value(value.clone());
            typed.set(value);
        }
    });
    let say = move || {
        let text = typed.get_untracked();
        if said.get_value() != text {
            said.set_value(text.clone());
            on_search.run(text);
        }
    };
    let input = move |_| {
        stop();
        waiting.set_value(set_timeout_with_handle(say, PAUSE).ok());
    };
    view! {
        <div class="search">
            <label for=id.clone() class="visually-hidden">{label.clone()}</label>
            <input
                id=id type="search" autocomplete="off" spellcheck="false" placeholder=label
                bind:value=typed on:input=input on:change=move |_| { stop(); say(); }
            />
        </div>
    }
}
