//! What the run is: its pinned workflow, its origin, its times.

use super::view::RunView;
use super::words;
use crate::components::{DigestText, Elapsed, When};
use crate::text::visible;
use domain::event::EventKind;
use leptos::prelude::*;
use wire::RunResponse;

/// What the run is, as a list of names and values.
#[component]
pub fn Facts(view: RunView, run: Signal<RunResponse>, project_name: Memo<String>) -> impl IntoView {
    let fixed = run.get_untracked();
    let workflow = fixed.workflow.clone();
    let workflow_page = format!("/workflows?workflow={}&version={}", workflow.name, workflow.version);
    let base = Memo::new(move |_| run.with(|run| (run.base_ref.clone(), run.base_commit.clone())));
    let times = Memo::new(move |_| run.with(|run| (run.started_at, run.completed_at)));
    let project = format!("/projects/{}", fixed.project_id);
    // What a retry of one step began with stands in the event that made it.
    let begins_at = Memo::new(move |_| {
        view.events.with(|events| {
            let retried = events.values().find(|event| event.event == EventKind::RunRetried)?;
            retried.data.get("starts_at")?.as_str().map(str::to_owned)
        })
    });
    let labels = fixed.labels.clone();
    view! {
        <dl class="run-facts">
            <div>
                <dt>"Workflow"</dt>
                <dd>
                    <a href=workflow_page>{workflow.name.to_string()}</a>
                    <span class="mono" data-fact="version">{format!("@v{}", workflow.version)}</span>
                    <DigestText digest=workflow.digest.to_string() name="digest of the pinned definition" />
                </dd>
            </div>
            <div>
                <dt>"Project"</dt>
                <dd><a href=project>{project_name}</a></dd>
            </div>
            <div>
                <dt>"Base"</dt>
                <dd>{move || base_of(base.get())}</dd>
            </div>
            <div>
                <dt>"Started"</dt>
                <dd>
                    <When at=fixed.created_at />
                    {format!(" by {} · {}", words::of_actor(&fixed.initiating_actor), source(&fixed.trigger.source))}
                </dd>
            </div>
            <div>
                <dt>"Duration"</dt>
                <dd>
                    {move || match times.get() {
                        (Some(start), end) => view! { <Elapsed start=start end=end /> }.into_any(),
                        (None, _) => view! { <span class="muted">"not begun"</span> }.into_any(),
                    }}
                </dd>
            </div>
            <div>
                <dt>"Attempt"</dt>
                <dd>
                    {fixed.attempt}
                    {fixed.retry_of.map(|earlier| view! {
                        " · retry of "
                        <a href=format!("/projects/{}/runs/{earlier}", fixed.project_id)>{format!("attempt {}", fixed.attempt.saturating_sub(1))}</a>
                        {move || begins_at.get().map(|step| view! { ", beginning at "<code>{step}</code> })}
                    })}
                </dd>
            </div>
            {(!labels.is_empty()).then(|| view! {
                <div>
                    <dt>"Labels"</dt>
                    <dd class="run-labels">
                        {labels.into_iter().map(|(key, value)| {
                            let text = visible::shown(&format!("{key}: {value}"));
                            view! { <span class="chip">{text}</span> }
                        }).collect_view()}
                    </dd>
                </div>
            })}
        </dl>
    }
}

fn base_of((name, commit): (Option<String>, Option<String>)) -> AnyView {
    let Some(commit) = commit else {
        let text = name
            .map_or_else(|| "no repository, or not resolved yet".to_owned(), |name| visible::shown(&name));
        return view! { <span class="muted">{text}</span> }.into_any();
    };
    view! {
        {name.map(|name| view! { <code>{visible::shown(&name)}</code>" → " })}
        <DigestText digest=commit name="base commit" />
    }
    .into_any()
}

fn source(source: &str) -> String {
    match source {
        "ui" => "in the browser".to_owned(),
        "api" => "through the API".to_owned(),
        "cli" => "on the command line".to_owned(),
        other => words::of_code(other),
    }
}
