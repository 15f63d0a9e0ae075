//! What went wrong beside the run, without changing it.

use super::view::RunView;
use super::words;
use crate::api::use_api;
use crate::components::{Empty, Loaded, When};
use crate::state::Query;
use crate::text::visible;
use leptos::prelude::*;
use wire::{DiagnosticList, DiagnosticResponse, RunResponse};

/// Events that could not be published, and evidence that could not be built.
#[component]
pub fn Diagnostics(view: RunView) -> impl IntoView {
    let api = use_api();
    let found = Query::new(move || {
        view.changed.track();
        async move { api.list_diagnostics(view.path).await }
    });
    view! {
        <section aria-labelledby="diagnostics-title">
            <h2 id="diagnostics-title">"Diagnostics"</h2>
            <Loaded query=found rows=3 let:list>
                {move || list.with(diagnostics)}
            </Loaded>
        </section>
    }
}

/// Events that did not reach a channel, on the run's page itself: whoever relies on them looks there.
#[component]
pub fn LostEvents(view: RunView, run: Signal<RunResponse>) -> impl IntoView {
    let count = Memo::new(move |_| run.with(|run| run.diagnostics.event_channel));
    let is_any = Memo::new(move |_| count.get() > 0);
    move || is_any.get().then(|| view! { <Lost view=view count=count /> })
}

#[component]
fn Lost(view: RunView, count: Memo<u64>) -> impl IntoView {
    let api = use_api();
    let found = Query::new(move || {
        count.track();
        count.get_untracked();
        async move { api.list_diagnostics(view.path).await }
    });
    let row = |diagnostic: DiagnosticResponse| {
        view! {
            <tr role="row">
                <td role="cell" data-label="Channel" class="cell-title">{visible::shown(&words::of_code(&diagnostic.channel))}</td>
                <td role="cell" data-label="Event">{diagnostic.event.map(|event| words::sentence(&event))}</td>
                <td role="cell" data-label="Why" class="cell-long">
                    {words::sentence(&diagnostic.reason)}": "{visible::shown(&diagnostic.detail)}
                    {diagnostic.remediation.map(|text| view! { <div class="muted">{text}</div> })}
                    <div class="muted">{what_became(diagnostic.resolution.as_deref())}</div>
                </td>
                <td role="cell" data-label="Tried">{super::attempt::plural(diagnostic.attempts as usize, "time")}</td>
                <td role="cell" data-label="Last"><When at=diagnostic.timestamp /></td>
            </tr>
        }
    };
    view! {
        <section class="panel lost-events" aria-labelledby="lost-events">
            <h2 id="lost-events">"Events that did not arrive at once"</h2>
            <p class="muted">"The run itself is not affected: its history below is complete. What listens at these channels hears of them late, or never."</p>
            <Loaded query=found rows=2 let:list>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Table of the events that did not arrive at once">
                    <table class="table cards" role="table" aria-labelledby="lost-events">
                        <thead role="rowgroup"><tr role="row">
                            <th scope="col" role="columnheader">"Channel"</th>
                            <th scope="col" role="columnheader">"Event"</th>
                            <th scope="col" role="columnheader">"Why"</th>
                            <th scope="col" role="columnheader">"Tried"</th>
                            <th scope="col" role="columnheader">"Last"</th>
                        </tr></thead>
                        <tbody role="rowgroup">
                            {move || list.get().items.into_iter().filter(|it| it.error_type == "run_event_publication_failed").map(row).collect_view()}
                        </tbody>
                    </table>
                </div>
            </Loaded>
        </section>
    }
}

/// How a publication that had failed ended.
fn what_became(resolution: Option<&str>) -> &'static str {
    match resolution {
        None => "It is tried again.",
        Some("delivered") => "It was delivered since.",
        Some("exhausted") => "It was given up.",
        Some(_) => "It is no longer needed.",
    }
}

fn diagnostics(list: &DiagnosticList) -> AnyView {
    if list.items.is_empty() {
        return view! {
            <Empty title="Nothing went wrong beside the run">
                <p>"Events that could not be published and evidence that could not be built would be listed here."</p>
            </Empty>
        }
        .into_any();
    }
    let items = list.items.iter().cloned().map(|diagnostic| view! { <Diagnostic diagnostic=diagnostic /> });
    view! { <ol class="stack">{items.collect_view()}</ol> }.into_any()
}

#[component]
fn Diagnostic(diagnostic: DiagnosticResponse) -> impl IntoView {
    let about = match &diagnostic.event {
        Some(event) => format!("{} · {} · {event}", diagnostic.channel, diagnostic.operation),
        None => format!("{} · {}", diagnostic.channel, diagnostic.operation),
    };
    view! {
        <li class="panel" data-error-type=diagnostic.error_type.clone()>
            <h3>{words::sentence(&diagnostic.error_type)}" "<code class="muted">{diagnostic.error_type.clone()}</code></h3>
            <p>{words::sentence(&diagnostic.reason)}": "{visible::shown(&diagnostic.detail)}</p>
            {diagnostic.remediation.map(|text| view! { <p><strong>"What to do: "</strong>{text}</p> })}
            <p class="muted">
                {visible::shown(&about)}" · "{super::attempt::plural(diagnostic.attempts as usize, "time")}", last "
                <When at=diagnostic.timestamp />
            </p>
        </li>
    }
}
