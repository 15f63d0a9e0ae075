//! The run and the runs that it retried, or that retried it.

use super::view::RunView;
use super::words;
use crate::api::use_api;
use crate::components::{Loaded, StatusBadge, StatusKind, When};
use crate::state::Query;
use crate::text::visible;
use leptos::prelude::*;
use wire::run::LineageAttempt;

/// The attempts of the lineage as a chain, each with what it left behind.
#[component]
pub fn Lineage(view: RunView) -> impl IntoView {
    let api = use_api();
    let lineage = Query::new(move || {
        view.changed.track();
        async move { api.get_lineage(view.path).await }
    });
    view! {
        <section class="lineage" aria-labelledby="lineage-title">
            <h2 id="lineage-title">"Lineage"</h2>
            <p class="muted">"A retry is a run of its own. The attempts before it keep their failures and artifacts."</p>
            <Loaded query=lineage rows=3 let:lineage>
                <ol class="stack">
                    {move || lineage.get().attempts.into_iter().map(|attempt| view! {
                        <Attempt view=view attempt=attempt />
                    }).collect_view()}
                </ol>
            </Loaded>
        </section>
    }
}

#[component]
fn Attempt(view: RunView, attempt: LineageAttempt) -> impl IntoView {
    let is_here = attempt.run_id == view.path.run;
    let href = format!("/projects/{}/runs/{}", view.path.project, attempt.run_id);
    let files = attempt.artifacts;
    view! {
        <li class="panel" aria-current=is_here.then_some("true")>
            <div class="round-head">
                <h3>
                    {if is_here {
                        view! { {format!("Attempt {}", attempt.attempt)}" "<span class="chip">"this run"</span> }.into_any()
                    } else {
                        view! { <a href=href>{format!("Attempt {}", attempt.attempt)}</a> }.into_any()
                    }}
                </h3>
                <StatusBadge kind=Signal::stored(StatusKind::from(attempt.status)) />
            </div>
            <p class="muted">
                "Started "<When at=attempt.created_at />{format!(" by {}", words::of_actor(&attempt.initiating_actor))}
            </p>
            {attempt.failure.map(|failure| view! {
                <p>
                    <strong>{words::sentence(failure.reason.as_str())}</strong>" "
                    <code class="muted">{failure.reason.as_str()}</code>
                    {(!failure.detail.is_empty()).then(|| format!(" {}", visible::shown(&failure.detail)))}
                </p>
            })}
            <details>
                <summary>{super::attempt::plural(files.len(), "artifact")}</summary>
                <ul class="lineage-files">
                    {files.into_iter().map(|file| view! {
                        <li>
                            <a href=file.content download=""><code>{visible::shown(&file.name)}</code></a>
                            <span class="muted">
                                {format!(" {} of {}, {}", file.kind, file.step, words::size(u64::try_from(file.size_bytes).unwrap_or(0)))}
                            </span>
                        </li>
                    }).collect_view()}
                </ul>
            </details>
        </li>
    }
}
