//! The controls above a log.

use super::lines::Lines;
use super::state::OpenLog;
use leptos::{ev, html, prelude::*};

/// Search, going to a line, wrapping and download.
#[component]
pub fn Tools(
    log: OpenLog,
    search_field: NodeRef<html::Input>,
    /// Where the whole log is.
    #[prop(into)]
    download: String,
    /// What the file is called.
    #[prop(into)]
    name: String,
    /// Puts lines into the address.
    link: Callback<Lines>,
) -> impl IntoView {
    let typed = move |event: ev::Event| log.search_for(event_target_value(&event));
    let keys = move |event: ev::KeyboardEvent| match (event.key().as_str(), event.shift_key()) {
        ("Enter", false) => log.next_match(),
        ("Enter", true) => log.previous_match(),
        _ => {}
    };
    let line = RwSignal::new(String::new());
    let go = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(lines) = line.with_untracked(|text| Lines::typed(text)) {
            link.run(lines);
        }
    };
    let nothing_found = move || log.matches().is_none_or(|matches| matches == "No match").to_string();
    view! {
        <div class="log-tools" role="group" aria-label="Log tools">
            <div class="log-search">
                <input
                    type="search" placeholder="Search the log" aria-label="Search the log" autocomplete="off"
                    spellcheck="false" node_ref=search_field on:input=typed on:keydown=keys
                />
                <span class="log-matches">{move || log.matches()}</span>
                <button type="button" class="btn" aria-label="Previous match" aria-disabled=nothing_found on:click=move |_| log.previous_match()>"↑"</button>
                <button type="button" class="btn" aria-label="Next match" aria-disabled=nothing_found on:click=move |_| log.next_match()>"↓"</button>
            </div>
            <form class="log-go" on:submit=go>
                <input
                    type="text" inputmode="numeric" placeholder="Line" aria-label="Go to line, or lines such as 10-20"
                    autocomplete="off" bind:value=line
                />
                <button type="submit" class="btn">"Go"</button>
            </form>
            <label class="log-wrap">
                <input type="checkbox" bind:checked=log.wraps />
                "Wrap"
            </label>
            <a class="btn" href=download download=name>"Download"</a>
        </div>
    }
}
