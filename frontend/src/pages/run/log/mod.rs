//! The log of one attempt: read live, searched, linked to by line.

mod buffer;
mod feed;
mod lines;
mod row;
mod search;
mod state;
mod tools;
mod window;

use super::selection::{Selected, is_over};
use super::view::RunView;
use crate::api::stream::Connection;
use crate::api::{Failure, log_path};
use crate::components::ProblemPanel;
use domain::contract::StepKey;
use domain::run::AttemptState;
use feed::Feed;
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use lines::Lines;
use row::{Shown, row};
use state::OpenLog;
use tools::Tools;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The log of one attempt.
#[component]
pub fn LogViewer(
    view: RunView,
    step: StepKey,
    attempt: u32,
    state: Memo<AttemptState>,
    log_bytes: Memo<u64>,
) -> impl IntoView {
    let is_silent = Memo::new(move |_| is_over(state.get()) && log_bytes.get() == 0);
    let has_begun = Memo::new(move |before: Option<&bool>| {
        // A log that is open stays open.
        before == Some(&true) || state.get() != AttemptState::Ready && !is_silent.get()
    });
    move || {
        if has_begun.get() {
            let step = step.clone();
            view! { <Open view=view step=step attempt=attempt state=state /> }.into_any()
        } else if is_silent.get() {
            view! { <p class="muted log-empty">"This attempt has no log."</p> }.into_any()
        } else {
            view! { <p class="muted log-empty">"The attempt waits for a worker. Its log appears here."</p> }
                .into_any()
        }
    }
}

#[component]
fn Open(view: RunView, step: StepKey, attempt: u32, state: Memo<AttemptState>) -> impl IntoView {
    let location = use_location();
    let named = Memo::new(move |_| location.hash.with(|hash| Lines::of_fragment(hash)));
    let log = OpenLog::new(named);
    let path = log_path(view.path, &step, attempt);
    let name = format!("{step}-{attempt}.log");
    let feed = Feed::open(path.clone(), move |text| log.push(text));
    let worth_the_end = !matches!(state.get_untracked(), AttemptState::Succeeded);
    log.follows.set(named.get_untracked().is_none() && worth_the_end);
    stay_at_end(log);
    go_to_named(log, feed);
    let resized = window_event_listener(ev::resize, move |_| log.measure());
    on_cleanup(move || resized.remove());
    log.scroller.on_load(move |_| log.measure());

    let navigate = use_navigate();
    let link = Callback::new(move |lines: Lines| {
        let page = Selected { step: step.clone(), attempt }.href(&view.page());
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{page}#{lines}"), options);
    });
    let pick = move |event: ev::MouseEvent| {
        if let Some(number) = number_under(&event) {
            let from =
                named.get_untracked().filter(|_| event.shift_key()).map_or(number, |lines| lines.first);
            let lines = Lines::between(from, number);
            log.shown.set_value(Some(lines));
            link.run(lines);
        }
    };
    let search_field = NodeRef::new();
    let keys = move |event: ev::KeyboardEvent| {
        let is_find = (event.ctrl_key() || event.meta_key()) && event.key() == "f";
        let is_typing = event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
        if is_typing {
            // The second press gives the browser's own search.
        } else if is_find || event.key() == "/" {
            if let Some(field) = search_field.get_untracked() {
                let field: web_sys::HtmlInputElement = field;
                event.prevent_default();
                // A field in the document takes the focus.
                let _ = field.focus();
            }
        } else if event.key() == "f" && !event.alt_key() {
            log.follow();
        }
    };
    let rows = Memo::new(move |_| log.rows());
    let geometry = Memo::new(move |_| log.geometry());
    view! {
        <div class="log" data-wraps=move || log.wraps.get().to_string() on:keydown=keys>
            <Tools log=log search_field=search_field download=path name=name link=link />
            <Notices log=log feed=feed />
            <div class="log-frame">
                <div
                    class="log-scroller" node_ref=log.scroller tabindex="0" role="log" aria-live="off"
                    aria-label="Log" on:scroll=move |_| log.scrolled() on:click=pick
                >
                    <div class="log-space" style:height=move || geometry.get().0>
                        <div class="log-rows" style:top=move || geometry.get().1>
                            <For each=move || rows.get() key=Shown::key children=row />
                        </div>
                    </div>
                </div>
                {move || (!log.follows.get() && !feed.is_complete.get()).then(|| view! {
                    <button type="button" class="btn log-live" on:click=move |_| log.follow()>
                        {move || match log.unseen() {
                            0 => "Live".to_owned(),
                            count => format!("Live · {count} new"),
                        }}
                    </button>
                })}
            </div>
        </div>
    }
}

/// What a person should know of the log beside its text.
#[component]
fn Notices(log: OpenLog, feed: Feed) -> impl IntoView {
    let cut = Memo::new(move |_| {
        log.version.track();
        log.cut()
    });
    let refused = Memo::new(move |_| match feed.connection.get() {
        Some(Connection::Refused(failure)) => Some(failure),
        Some(
            Connection::Connecting
            | Connection::Live
            | Connection::Waiting { .. }
            | Connection::Hidden
            | Connection::Ended,
        )
        | None => None,
    });
    let is_lost = Memo::new(move |_| matches!(feed.connection.get(), Some(Connection::Waiting { .. })));
    let missing = Memo::new(move |_| {
        log.version.track();
        let lines = log.named.get()?;
        if lines.first <= log.cut() {
            return Some(format!(
                "Line {} is among the lines that are not kept here; download the log to see it.",
                lines.first
            ));
        }
        (feed.is_complete.get() && lines.first > log.total()).then(|| {
            format!(
                "There is no line {}: the log has {}.",
                lines.first,
                super::attempt::plural(log.total(), "line")
            )
        })
    });
    view! {
        {move || refused.get().map(|failure: Failure| view! { <ProblemPanel failure=failure /> })}
        {move || is_lost.get().then(|| view! {
            <p class="log-notice">"The connection was lost; what is written meanwhile comes when it is back."</p>
        })}
        {move || missing.get().map(|text| view! { <p class="log-notice">{text}</p> })}
        {move || (cut.get() > 0).then(|| view! {
            <p class="log-notice">
                {move || format!("The first {} are not kept here, to spare the browser. The download has all of them.", super::attempt::plural(cut.get(), "line"))}
            </p>
        })}
        {move || (log.wraps.get() && { log.version.track(); log.total() - log.cut() > window::WRAPPED }).then(|| view! {
            <p class="log-notice">{format!("Wrapped, {} lines at a time are shown.", window::WRAPPED)}</p>
        })}
    }
}

/// Keeps a reader at the end there while lines come.
fn stay_at_end(log: OpenLog) {
    Effect::new(move |_| {
        log.version.track();
        log.wraps.track();
        if log.follows.get() {
            log.to_end();
        }
    });
}

/// Shows the lines that the address names once they have come, and gives them the focus.
fn go_to_named(log: OpenLog, feed: Feed) {
    Effect::new(move |_| {
        log.version.track();
        let Some(lines) = log.named.get() else { return log.shown.set_value(None) };
        let has_come = lines.first <= log.total() && (lines.last < log.total() || feed.is_complete.get());
        if log.shown.get_value() == Some(lines) || !has_come || lines.first <= log.cut() {
            return;
        }
        log.shown.set_value(Some(lines));
        log.show_line(lines.first);
        log.focus_line(lines.first);
    });
}

/// The number of the line whose number was pressed.
fn number_under(event: &ev::MouseEvent) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.get_attribute("data-number")?.parse().ok()
}
