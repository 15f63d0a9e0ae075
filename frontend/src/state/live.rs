//! The stream that the open page lives on, for the banner of the shell.

use crate::api::stream::Followed;
use leptos::prelude::*;

/// The stream of the open page and when its data was read.
#[derive(Clone, Copy)]
pub struct Live {
    pub stream: RwSignal<Option<Followed>>,
    /// When the page's data was last known to be true, in milliseconds of the browser's clock.
    pub true_at_ms: RwSignal<Option<f64>>,
}

impl Live {
    pub fn new() -> Self {
        Self { stream: RwSignal::new(None), true_at_ms: RwSignal::new(None) }
    }

    /// Shows the state of this stream while its page is open.
    pub fn show(self, stream: Followed) {
        self.stream.set(Some(stream));
        on_cleanup(move || {
            self.stream.set(None);
            self.true_at_ms.set(None);
        });
    }
}
