//! The keys that do something, behind `?`.

use crate::approval::is_typing;
use crate::components::Dialog;
use leptos::{ev, prelude::*};

/// Where keys work, with what each does.
const KEYS: [(&str, &[(&str, &str)]); 4] = [
    ("Anywhere", &[("?", "show this list")]),
    (
        "At a gate",
        &[
            ("Shift A", "go to the decision, to approve"),
            ("Shift R", "go to the decision, to reject"),
            ("]", "next changed file"),
            ("[", "previous changed file"),
        ],
    ),
    ("In a log that has the focus", &[("/", "search in it"), ("f", "follow its end")]),
    ("Among the approvals", &[("j", "next gate"), ("k", "previous gate")]),
];

/// Lists the keys when `?` is pressed, or when `open` is set.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.key() == "?" && !is_typing(&event) {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || listener.remove());
    let part = |(place, keys): (&'static str, &'static [(&'static str, &'static str)])| {
        view! {
            <h3>{place}</h3>
            <dl class="keys">
                {keys.iter().map(|(key, does)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*does}</dd></div> }).collect_view()}
            </dl>
        }
    };
    view! {
        <Dialog open=open title="Keys">
            <div class="stack">
                {KEYS.map(part)}
                <p class="hint">"No key decides or sends anything by itself. None works while you type."</p>
            </div>
            <p class="actions"><button type="button" class="btn" on:click=move |_| open.set(false)>"Close"</button></p>
        </Dialog>
    }
}
