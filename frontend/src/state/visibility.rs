//! Whether the browser shows this page now.

use leptos::{ev, prelude::*};

/// Whether the browser shows this page now.
#[derive(Debug, Clone, Copy)]
pub struct Visibility {
    pub visible: RwSignal<bool>,
}

impl Visibility {
    pub fn new() -> Self {
        let visible = RwSignal::new(!document().hidden());
        // Lives as long as the app does.
        let listener =
            window_event_listener(ev::visibilitychange, move |_| visible.set(!document().hidden()));
        on_cleanup(move || listener.remove());
        Self { visible }
    }
}
