//! Going from file to file.

use super::file::Shared;
use crate::approval::keys::is_typing;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Where a file that one went to comes to stand below the upper edge of the window, in pixels, and a little more.
const LANDING: f64 = 120.0;

/// Unfolds a file, brings it into sight and puts the focus on its head.
pub fn go(shared: Shared, index: usize) {
    shared.open(index);
    // Its lines are put on the page first.
    request_animation_frame(move || {
        let Some(element) = document().get_element_by_id(&shared.id(index)) else { return };
        element.scroll_into_view();
        let button = element.query_selector("button").ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            // It is on the page: it takes the focus.
            let _ = button.focus();
        }
    });
}

/// Lets `[` and `]` go to the previous and the next file.
pub fn walk_by_keys(shared: Shared, count: usize) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if is_typing(&event) {
            return;
        }
        let tops: Vec<f64> = (0..count)
            .map_while(|index| document().get_element_by_id(&shared.id(index)))
            .map(|element| element.get_bounding_client_rect().top())
            .collect();
        let to = match event.key().as_str() {
            "]" => next(&tops),
            "[" => previous(&tops),
            _ => None,
        };
        if let Some(index) = to {
            event.prevent_default();
            go(shared, index);
        }
    });
    on_cleanup(move || listener.remove());
}

/// The first file below the one that is being read.
fn next(tops: &[f64]) -> Option<usize> {
    tops.iter().position(|top| *top > LANDING)
}

/// The file above the one that is being read.
fn previous(tops: &[f64]) -> Option<usize> {
    let reading = tops.iter().rposition(|top| *top <= LANDING)?;
    reading.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_to_the_neighbours_of_what_is_being_read() {
        let tops = [-900.0, 60.0, 400.0];
        assert_eq!((previous(&tops), next(&tops)), (Some(0), Some(2)));
        assert_eq!((previous(&tops[2..]), next(&tops[2..])), (None, Some(0)), "before the first file");
        assert_eq!(next(&tops[..2]), None, "at the last file");
    }
}
