//! What happened to the run, as the server recorded it.

use super::selection::Selected;
use super::view::RunView;
use super::words;
use crate::components::{Loaded, StatusBadge, StatusKind};
use crate::state::Clock;
use crate::text::visible;
use domain::Timestamp;
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::{EventResponse, TransitionResponse};

/// Events and changes of status, oldest first.
#[component]
pub fn History(view: RunView) -> impl IntoView {
    view! {
        <section class="history" aria-labelledby="history-title">
            <h2 id="history-title">"History"</h2>
            <ol class="events">
                <For
                    each=move || view.events.with(|events| events.values().cloned().collect::<Vec<_>>())
                    key=|event| event.seq
                    let:event
                >
                    <Event view=view event=event />
                </For>
            </ol>
            {move || view.events.with(std::collections::BTreeMap::is_empty)
                .then(|| view! { <p class="muted">"Waiting for the first event."</p> })}
        </section>
        <section class="transitions" aria-labelledby="transitions-title">
            <h2 id="transitions-title">"Changes of status"</h2>
            <Loaded query=view.transitions rows=4 let:transitions>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Table of the changes of status">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"#"</th><th scope="col">"From"</th><th scope="col">"To"</th>
                                <th scope="col">"Step"</th><th scope="col">"At"</th><th scope="col">"By"</th>
                                <th scope="col">"Reason"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || transitions.get() key=|transition| transition.seq let:transition>
                                <Transition transition=transition />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Loaded>
        </section>
    }
}

/// The time of day, with date and zone in its title.
#[component]
fn Moment(at: Timestamp) -> impl IntoView {
    let clock = expect_context::<Clock>();
    view! {
        <time datetime=at.to_string() title=move || clock.exact(at)>{move || clock.time_of_day(at)}</time>
    }
}

#[component]
fn Event(view: RunView, event: Arc<EventResponse>) -> impl IntoView {
    let place = event.step.clone().map(|step| match event.attempt {
        Some(attempt) => {
            let href = Selected { step: step.clone(), attempt }.href(&view.page());
            view! {
                <a href=href data-noscroll=""><code>{step.to_string()}</code>{format!(" attempt {attempt}")}</a>
            }
            .into_any()
        }
        None => view! { <code>{step.to_string()}</code> }.into_any(),
    });
    let detail = event.data.get("detail").and_then(Value::as_str).filter(|detail| !detail.is_empty());
    let rationale = words::rationale(&event.data);
    view! {
        <li class="event" data-event-seq=event.seq data-event=event.event.as_str() data-tone=words::tone(event.event)>
            <span class="event-seq">{event.seq}</span>
            <Moment at=event.timestamp />
            <div class="event-what">
                <p>
                    <strong>{words::of_event(event.event)}</strong>
                    " "<code class="muted">{event.event.as_str()}</code>
                    {place.map(|place| view! { " · "{place} })}
                    {format!(" · {}", words::of_actor(&event.actor))}
                </p>
                {facts(&event.data)}
                {detail.map(|detail| view! { <p>{visible::shown(detail)}</p> })}
                {rationale.map(|text| view! { <blockquote>{visible::shown(text)}</blockquote> })}
            </div>
        </li>
    }
}

fn facts(data: &Map<String, Value>) -> Option<impl IntoView + use<>> {
    let facts = words::facts(data);
    (!facts.is_empty()).then(|| view! { <p class="muted">{visible::shown(&facts.join(" · "))}</p> })
}

#[component]
fn Transition(transition: TransitionResponse) -> impl IntoView {
    let TransitionResponse { seq, from, to, step, at, actor, reason, metadata } = transition;
    let metadata: Vec<String> = metadata
        .iter()
        .filter(|(name, _)| name.as_str() != "reason")
        .map(|(name, value)| format!("{}: {}", words::of_code(name), words::plain(value)))
        .collect();
    view! {
        <tr data-to=to.as_str()>
            <td>{seq}</td>
            <td>{from.map_or("–", words::of_status)}</td>
            <td><StatusBadge kind=Signal::stored(StatusKind::from(to)) /></td>
            <td>{step.map(|step| view! { <code>{step.to_string()}</code> })}</td>
            <td><Moment at=at /></td>
            <td>{words::of_actor(&actor)}</td>
            <td>
                <code>{reason}</code>
                {(!metadata.is_empty()).then(|| view! { <div class="muted">{visible::shown(&metadata.join(", "))}</div> })}
            </td>
        </tr>
    }
}
