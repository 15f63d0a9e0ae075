//! Moving in the list by keys.

use crate::approval::is_typing;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Puts the focus on a gate in the list. Called after the list has been drawn.
pub fn focus(id: domain::ApprovalId) {
    request_animation_frame(move || {
        let found = document().get_element_by_id(&format!("gate-{id}"));
        if let Some(link) = found.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            // It is a link: it takes the focus.
            let _ = link.focus();
        }
    });
}

/// Lets `j` and `k` move the focus down and up the list.
pub fn move_by_keys() {
    let listener = window_event_listener(ev::keydown, move |event| {
        if is_typing(&event) {
            return;
        }
        let links = links();
        let focused = document().active_element();
        let place = links.iter().position(|link| focused.as_ref() == Some(link.as_ref()));
        let to = match event.key().as_str() {
            "j" => Some(place.map_or(0, |place| place + 1)),
            "k" => place.and_then(|place| place.checked_sub(1)),
            _ => None,
        };
        if let Some(link) = to.and_then(|to| links.get(to)) {
            event.prevent_default();
            // It is a link: it takes the focus.
            let _ = link.focus();
        }
    });
    on_cleanup(move || listener.remove());
}

fn links() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all("a.inbox-item") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}
