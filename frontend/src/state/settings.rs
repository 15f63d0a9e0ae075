//! What the person chose for this browser.

use super::Zone;
use leptos::prelude::*;

/// How the app is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    System,
    Light,
    Dark,
}

/// Kept in the browser's local storage; `static/theme.js` reads the theme before the app starts.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub theme: RwSignal<Theme>,
    pub zone: RwSignal<Zone>,
}

const THEME: &str = "jido.theme";
const ZONE: &str = "jido.zone";

impl Settings {
    pub fn new() -> Self {
        let theme = match stored(THEME).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let zone = if stored(ZONE).as_deref() == Some("utc") { Zone::Utc } else { Zone::Local };
        let settings = Self { theme: RwSignal::new(theme), zone: RwSignal::new(zone) };
        Effect::new(move |_| {
            let value = match settings.theme.get() {
                Theme::System => None,
                Theme::Light => Some("light"),
                Theme::Dark => Some("dark"),
            };
            store(THEME, value);
            if let Some(root) = document().document_element() {
                // Setting or removing an attribute of the root cannot fail.
                let _ = match value {
                    Some(value) => root.set_attribute("data-theme", value),
                    None => root.remove_attribute("data-theme"),
                };
            }
        });
        Effect::new(move |_| {
            store(ZONE, (settings.zone.get() == Zone::Utc).then_some("utc"));
        });
        settings
    }
}

fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Storage may be forbidden or full: then the choice lasts as long as the page.
fn store(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}
