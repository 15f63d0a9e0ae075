//! Lists as rows that can be added and removed.

use super::control::{LabelShown, Wiring};
use super::entry::{Entry, Row};
use super::input::input;
use crate::form::{Draft, Kind, ListRule, element_id};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// The rows of a list, with buttons to add and remove them.
pub fn list(rule: &ListRule, rows: ArcRwSignal<Vec<Row>>, wiring: Wiring) -> AnyView {
    let item = StoredValue::new(rule.item.clone());
    let is_group = matches!(rule.item.kind, Kind::Object(_) | Kind::List(_));
    let max = rule.max;
    let button = NodeRef::<html::Button>::new();
    let rows = RwSignal::from(rows);
    let is_full = Memo::new(move |_| rows.with(|rows| max.is_some_and(|max| rows.len() as u64 >= max)));
    let add = move |_| {
        if is_full.get_untracked() {
            return;
        }
        let entry = item.with_value(|item| Entry::new(&Draft::initial(item)));
        let place = rows.with_untracked(Vec::len);
        rows.update(|rows| {
            let id = rows.iter().map(|row| row.id + 1).max().unwrap_or_default();
            rows.push(Row { id, entry });
        });
        let id = element_id(&format!("{}/{place}", wiring.pointer.get_untracked()));
        spawn_local(async move {
            // The row is in the document once the views have heard of it.
            leptos::task::tick().await;
            focus(&id);
        });
    };
    let remove = move |id: u64| {
        rows.update(|rows| rows.retain(|row| row.id != id));
        if let Some(button) = button.get_untracked() {
            // A button can always take the focus.
            let _ = button.focus();
        }
    };
    let row = move |row: Row| {
        let id = row.id;
        let place = Memo::new(move |before: Option<&usize>| {
            let place = rows.with(|rows| rows.iter().position(|row| row.id == id));
            // A row that is about to go stays where it was.
            place.or(before.copied()).unwrap_or_default()
        });
        let pointer = Signal::derive(move || format!("{}/{}", wiring.pointer.get(), place.get()));
        let label = Signal::derive(move || format!("Entry {}", place.get() + 1));
        let shown = if is_group { LabelShown::Shown } else { LabelShown::Hidden };
        let control = item.with_value(|item| input(item, &row.entry, wiring.inner(pointer, label, shown)));
        view! {
            <li class="list-row">
                {control}
                <button type="button" class="btn quiet" on:click=move |_| remove(id)>
                    "Remove"<span class="visually-hidden">" entry "{move || place.get() + 1}</span>
                </button>
            </li>
        }
    };
    view! {
        <ol class="list-rows"><For each=move || rows.get() key=|row| row.id children=row /></ol>
        <p class="actions">
            <button type="button" class="btn" node_ref=button aria-disabled=move || is_full.get().to_string() on:click=add>
                "Add an entry"<span class="visually-hidden">" to "{wiring.label}</span>
            </button>
            {move || is_full.get().then(|| view! { <span class="muted">{format!("At most {}.", max.unwrap_or_default())}</span> })}
        </p>
    }
    .into_any()
}

fn focus(id: &str) {
    let element =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // A control that cannot take the focus is still reached by the keyboard.
        let _ = element.focus();
    }
}
