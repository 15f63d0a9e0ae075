//! What happens to runs, as it happens.

use crate::api::stream::{Followed, Follower, Message};
use crate::api::use_api;
use domain::{ProjectId, RunId};
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;
use wire::EventResponse;

/// Events that come close together are answered once.
const PAUSE: Duration = Duration::from_millis(150);

/// A run to which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    pub project: ProjectId,
    pub run: RunId,
}

/// Follows the events of all runs while the page is open. `on_touched` hears which runs changed; `on_stale`, that
/// anything may have changed since the page was read.
pub fn follow_runs(
    on_touched: impl Fn(BTreeSet<Touched>) + Copy + 'static,
    on_stale: impl Fn() + Copy + 'static,
) -> Followed {
    let touched = StoredValue::new(BTreeSet::new());
    let hear = move |message: Message| {
        // An event that this app does not know is no reason to stop.
        let Ok(event) = serde_json::from_str::<EventResponse>(&message.data) else { return };
        let mut waits = true;
        touched.try_update_value(|touched| {
            waits = !touched.is_empty();
            touched.insert(Touched { project: event.project_id, run: event.run_id });
        });
        if !waits {
            set_timeout(
                move || {
                    if let Some(touched) = touched.try_update_value(std::mem::take) {
                        on_touched(touched);
                    }
                },
                PAUSE,
            );
        }
    };
    let follower =
        Follower { on_message: Box::new(hear), on_live: Box::new(on_stale), on_look: Box::new(on_stale) };
    use_api().follow("/api/v1/events/stream".to_owned(), None, follower)
}
