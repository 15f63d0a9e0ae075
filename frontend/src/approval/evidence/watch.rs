//! Watching whether something is on the screen.

use super::super::dwell::{Dwell, Place};
use crate::state::Visibility;
use leptos::{html, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{IntersectionObserver, IntersectionObserverEntry};

/// How often a block on the screen is measured.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Calls `seen` once the element was on the screen long enough, as long as `wanted` is true.
pub fn watch(element: NodeRef<html::Section>, wanted: Memo<bool>, seen: Callback<()>) {
    let visibility = expect_context::<Visibility>();
    Effect::new(move |_| {
        let Some(element) = element.get().filter(|_| wanted.get()) else { return };
        let near = StoredValue::new(false);
        observe(&element, near);
        let dwell = StoredValue::new(Dwell::default());
        let element = StoredValue::new_local(element);
        let look = move || {
            let there = near.get_value() && visibility.visible.get_untracked();
            let place = there.then(|| element.try_with_value(|element| place_of(element))).flatten();
            let done = dwell.try_update_value(|dwell| dwell.look(place, js_sys::Date::now()));
            if done == Some(true) {
                seen.run(());
            }
        };
        if let Ok(ticking) = set_interval_with_handle(look, LOOK_EVERY) {
            on_cleanup(move || ticking.clear());
        }
    });
}

/// Keeps `near` true while any of the element is on the screen.
fn observe(element: &web_sys::Element, near: StoredValue<bool>) {
    let changed = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if let Ok(entry) = entries.pop().dyn_into::<IntersectionObserverEntry>() {
            near.try_update_value(|near| *near = entry.is_intersecting());
        }
    });
    // Without an observer the block is read by focus or by its button.
    let Ok(observer) = IntersectionObserver::new(changed.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let kept = StoredValue::new_local((observer, changed));
    on_cleanup(move || {
        kept.try_with_value(|(observer, _)| observer.disconnect());
    });
}

fn place_of(element: &web_sys::Element) -> Place {
    let rect = element.get_bounding_client_rect();
    let screen = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    // What the bar at the top covers is not seen, and on a low screen that is much of it.
    let bar = document().query_selector(".topbar").ok().flatten();
    let covered = bar.map_or(0.0, |bar| bar.get_bounding_client_rect().bottom().clamp(0.0, screen));
    Place { top: rect.top() - covered, bottom: rect.bottom() - covered, screen: screen - covered }
}
