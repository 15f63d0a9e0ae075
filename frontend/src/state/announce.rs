//! What a screen reader is told beside the page itself.

use leptos::prelude::*;

/// The page's two live regions.
#[derive(Debug, Clone, Copy)]
pub struct Announcer {
    /// Spoken when there is a pause.
    pub polite: RwSignal<String>,
    /// Spoken at once: a decision that failed.
    pub assertive: RwSignal<String>,
}

impl Announcer {
    pub fn new() -> Self {
        Self { polite: RwSignal::new(String::new()), assertive: RwSignal::new(String::new()) }
    }
}
