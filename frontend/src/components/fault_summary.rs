//! What is wrong with a form, above it.

use crate::form::Marks;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Lists every fault with a link to its control, and takes the focus when `shown` counts up.
#[component]
pub fn FaultSummary(#[prop(into)] marks: Signal<Marks>, shown: RwSignal<u32>) -> impl IntoView {
    let element = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if shown.get() > 0
            && let Some(element) = element.get()
        {
            // It is in the document: taking the focus cannot fail.
            let _ = element.focus();
        }
    });
    let count = Memo::new(move |_| marks.with(|marks| marks.lines.len()));
    let lines = move || {
        let line = |line: crate::form::SummaryLine| {
            let text = format!("{}: {}", line.label, line.detail);
            match line.element {
                Some(id) => {
                    let target = id.clone();
                    let go = move |event: leptos::ev::MouseEvent| {
                        event.prevent_default();
                        focus(&target);
                    };
                    view! { <li><a href=format!("#{id}") on:click=go>{text}</a></li> }.into_any()
                }
                None => view! { <li>{text}</li> }.into_any(),
            }
        };
        marks.get().lines.into_iter().map(line).collect_view()
    };
    let title = move || match count.get() {
        1 => "One field needs another look".to_owned(),
        count => format!("{count} fields need another look"),
    };
    view! {
        <div role="alert">
            <Show when=move || { count.get() > 0 }>
                <div class="problem fault-summary" tabindex="-1" node_ref=element>
                    <p class="problem-title">{title}</p>
                    <ul>{lines}</ul>
                </div>
            </Show>
        </div>
    }
}

fn focus(id: &str) {
    let element =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // A control that cannot take the focus is at least linked.
        let _ = element.focus();
    }
}
