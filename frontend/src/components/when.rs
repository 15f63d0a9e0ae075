//! Instants and durations.

use crate::state::Clock;
use domain::Timestamp;
use leptos::prelude::*;

/// An instant: how long ago, with the exact time in its title.
#[component]
pub fn When(at: Timestamp) -> impl IntoView {
    let clock = expect_context::<Clock>();
    view! {
        <time datetime=at.to_string() title=move || clock.exact(at)>
            {move || clock.relative(at)}
        </time>
    }
}

/// An instant to the second, such as one that is to come.
#[component]
pub fn At(at: Timestamp) -> impl IntoView {
    let clock = expect_context::<Clock>();
    view! { <time datetime=at.to_string()>{move || clock.exact(at)}</time> }
}

/// The time from `start` to `end`; without an end it ticks.
#[component]
pub fn Elapsed(start: Timestamp, end: Option<Timestamp>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    view! { <span class="elapsed">{move || clock.elapsed(start, end)}</span> }
}
