//! The rows of labels.

use crate::form::{LABELS, Marks, element_id, label_pointer};
use leptos::{html, prelude::*};

/// A label being typed. Its id lasts while it moves.
#[derive(Clone)]
pub struct Label {
    pub id: u64,
    pub key: ArcRwSignal<String>,
    pub value: ArcRwSignal<String>,
}

impl Label {
    pub fn new(id: u64, key: &str, value: &str) -> Self {
        Self { id, key: ArcRwSignal::new(key.to_owned()), value: ArcRwSignal::new(value.to_owned()) }
    }
}

/// Asks for labels, one row each.
#[component]
pub fn Labels(labels: RwSignal<Vec<Label>>, marks: Memo<Marks>) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let add = move |_| {
        labels.update(|labels| {
            let id = labels.iter().map(|label| label.id + 1).max().unwrap_or_default();
            labels.push(Label::new(id, "", ""));
        });
    };
    let remove = Callback::new(move |id: u64| {
        labels.update(|labels| labels.retain(|label| label.id != id));
        if let Some(button) = button.get_untracked() {
            // A button can always take the focus.
            let _ = button.focus();
        }
    });
    let whole = move || marks.with(|marks| marks.at.get(LABELS).cloned());
    view! {
        <fieldset class="group" id=element_id(LABELS) tabindex="-1">
            <legend>"Labels"</legend>
            <p class="hint">"Keys and values of your own, to find the run by."</p>
            <ul class="list-rows">
                <For each=move || labels.get() key=|label| label.id let:label>
                    <LabelRow label=label marks=marks remove=remove />
                </For>
            </ul>
            <p class="fault">{whole}</p>
            <p class="actions"><button type="button" class="btn" node_ref=button on:click=add>"Add a label"</button></p>
        </fieldset>
    }
}

#[component]
fn LabelRow(label: Label, marks: Memo<Marks>, remove: Callback<u64>) -> impl IntoView {
    let Label { id, key, value } = label;
    let (key_typed, value_typed) = (key.clone(), value.clone());
    let (key_first, value_first) = (key.get_untracked(), value.get_untracked());
    let element = {
        let key = key.clone();
        move || element_id(&label_pointer(&key.get()))
    };
    let fault = Signal::derive(move || {
        let pointer = label_pointer(&key.get());
        marks.with(|marks| marks.at.get(&pointer).cloned())
    });
    let fault_id = format!("label-{id}-fault");
    let invalid = move || fault.get().is_some().to_string();
    view! {
        <li class="label-row">
            <input
                id=element type="text" aria-label="Key" placeholder="key" autocomplete="off" spellcheck="false"
                aria-invalid=invalid aria-describedby=fault_id.clone() prop:value=key_first
                on:input=move |event| key_typed.set(event_target_value(&event))
            />
            <input
                type="text" aria-label="Value" placeholder="value" autocomplete="off" spellcheck="false"
                aria-invalid=invalid aria-describedby=fault_id.clone() prop:value=value_first
                on:input=move |event| value_typed.set(event_target_value(&event))
            />
            <button type="button" class="btn quiet" on:click=move |_| remove.run(id)>
                "Remove"<span class="visually-hidden">" this label"</span>
            </button>
            <p class="fault" id=fault_id>{fault}</p>
        </li>
    }
}
