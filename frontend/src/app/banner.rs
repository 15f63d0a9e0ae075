//! Says when live updates are paused.

use crate::api::stream::Connection;
use crate::components::ProblemPanel;
use crate::state::{Announcer, Clock, Live};
use domain::Timestamp;
use leptos::prelude::*;
use wire::ProblemCode;

/// Tells when the page may be out of date, and since when.
#[component]
pub fn Banner() -> impl IntoView {
    let live = expect_context::<Live>();
    let clock = expect_context::<Clock>();
    let announcer = expect_context::<Announcer>();
    let connection = Memo::new(move |_| live.stream.get().map(|stream| stream.connection.get()));
    let is_lost = Memo::new(move |_| matches!(connection.get(), Some(Connection::Waiting { .. })));
    Effect::new(move |before: Option<bool>| {
        let lost = is_lost.get();
        match (before, lost) {
            (Some(false) | None, true) => announcer.polite.set("Live updates paused".to_owned()),
            (Some(true), false) => announcer.polite.set("Live updates restored".to_owned()),
            (_, _) => {}
        }
        lost
    });
    let data_from = move || {
        let at = live.true_at_ms.get()?;
        let at = Timestamp::from_micros((at * 1_000.0) as i64);
        Some(format!(" Data from {}.", clock.time_of_day(at)))
    };
    let retry = move |_| {
        if let Some(stream) = live.stream.get_untracked() {
            stream.retry_now();
        }
    };
    let waiting = move |until_ms: f64| {
        view! {
            <div class="banner" data-live="paused">
                <span>
                    "Live updates paused."{data_from}
                    {move || {
                        clock.now_ms.track();
                        let seconds = ((until_ms - js_sys::Date::now()) / 1_000.0).ceil().max(0.0);
                        format!(" Reconnecting in {seconds} s.")
                    }}
                </span>
                <button type="button" class="btn" on:click=retry>"Reconnect now"</button>
            </div>
        }
    };
    move || match connection.get() {
        Some(Connection::Waiting { until_ms }) => Some(waiting(until_ms).into_any()),
        // The page itself says that what it should show does not exist.
        Some(Connection::Refused(failure)) if failure.code() == Some(ProblemCode::NotFound) => None,
        Some(Connection::Refused(failure)) => Some(view! { <ProblemPanel failure=failure /> }.into_any()),
        Some(Connection::Connecting | Connection::Live | Connection::Hidden | Connection::Ended) | None => {
            None
        }
    }
}
