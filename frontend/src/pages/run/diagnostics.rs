//! What went wrong beside the run, without changing it.

use super::view::RunView;
use super::words;
use crate::api::use_api;
use crate::components::{Empty, Loaded, When};
use crate::state::Query;
use crate::text::visible;
use leptos::prelude::*;
use wire::{DiagnosticList, DiagnosticResponse};

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
