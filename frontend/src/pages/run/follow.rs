//! The run's events, as they happen.

use super::view::{RunView, is_last};
use crate::api::stream::{Connection, Followed, Follower, Message};
use crate::api::use_api;
use crate::state::Live;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use wire::EventResponse;

/// Events that come together are answered with one reading.
const GATHER: Duration = Duration::from_millis(50);

/// Follows the run from its first event until its last, and keeps the view's data true.
pub fn follow(view: RunView) {
    let api = use_api();
    let live = expect_context::<Live>();
    let is_over = RwSignal::new(false);
    let is_due = StoredValue::new(false);
    let look_soon = move || {
        if is_due.get_value() {
            return;
        }
        is_due.set_value(true);
        set_timeout(
            move || {
                // Once the page is gone there is nothing to read for.
                if is_due.try_set_value(false).is_none() {
                    look(view);
                }
            },
            GATHER,
        );
    };
    let hear = move |message: Message| {
        live.true_at_ms.set(Some(js_sys::Date::now()));
        let Ok(event) = serde_json::from_str::<EventResponse>(&message.data) else {
            // An event of a later server: what it changed is read all the same.
            look_soon();
            return;
        };
        let (seq, kind) = (event.seq, event.event);
        view.events.update(|events| {
            events.entry(seq).or_insert_with(|| Arc::new(event));
        });
        if seq > view.changed.get_untracked() {
            look_soon();
        }
        if is_last(kind) {
            is_over.set(true);
        }
    };
    Effect::new(move |_| {
        if is_over.get() {
            return;
        }
        let follower = Follower {
            on_message: Box::new(hear),
            on_live: Box::new(look_soon),
            on_look: Box::new(move || view.run.refetch()),
        };
        let stream = api.follow(format!("{}/events/stream", view.path), Some("0".to_owned()), follower);
        live.show(stream);
        note_loss(live, stream);
    });
    Effect::new(move |_| {
        if let Some(at) = view.run.read_at_ms.get() {
            live.true_at_ms.set(Some(at));
        }
    });
}

fn look(view: RunView) {
    view.run.refetch();
    let newest = view.events.with_untracked(|events| events.last_key_value().map_or(0, |(&seq, _)| seq));
    if newest > view.changed.get_untracked() {
        view.changed.set(newest);
    }
}

/// Until a connection is lost the page is true, even when nothing happens for hours.
fn note_loss(live: Live, stream: Followed) {
    Effect::new(move |was_live: Option<bool>| {
        let is_live = stream.connection.with(|connection| *connection == Connection::Live);
        if was_live == Some(true) && !is_live {
            live.true_at_ms.set(Some(js_sys::Date::now()));
        }
        is_live
    });
}
