//! How much room there is.

use leptos::{ev, prelude::*};

/// Whether the window is at least this many pixels wide, now and as it changes.
pub fn is_wide(pixels: f64) -> Memo<bool> {
    let width = || window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
    let now = RwSignal::new(width());
    let listener = window_event_listener(ev::resize, move |_| now.set(width()));
    on_cleanup(move || listener.remove());
    Memo::new(move |_| now.get() >= pixels)
}
