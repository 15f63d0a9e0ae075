//! A question before something that cannot be undone.

use leptos::{ev, html, prelude::*};

/// A modal dialog, open while `open` is true. Escape and the browser's back close it.
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: String, children: ChildrenFn) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        if open.get() && !element.open() {
            // It is in the document and not open: showing it cannot fail.
            let _ = element.show_modal();
        } else if !open.get() && element.open() {
            element.close();
        }
    });
    let closed = move |_: ev::Event| open.set(false);
    let heading = title.clone();
    view! {
        <dialog node_ref=element class="dialog" aria-label=heading on:close=closed>
            <h2>{title}</h2>
            {move || open.get().then(|| children())}
        </dialog>
    }
}
