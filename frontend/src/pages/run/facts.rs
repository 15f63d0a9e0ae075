//! What the run is: its pinned workflow, its origin, its times.

use super::view::RunView;
use super::words;
use crate::components::{DigestText, Elapsed, When};
use crate::text::visible;
use domain::concurrency::Group;
use domain::event::EventKind;
use leptos::prelude::*;
use wire::{FullGroup, RunResponse};

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
    let in_the_way = Memo::new(move |_| run.with(|run| run.waiting_for.clone()));
    let project_of_runs = fixed.project_id;
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
            {move || in_the_way.get().map(|full| view! {
                <div>
                    <dt>"Waits for"</dt>
                    <dd data-fact="waiting">
                        {slot_of(&full)}
                        {full.runs.iter().enumerate().map(|(index, id)| view! {
                            " "
                            <a href=format!("/projects/{project_of_runs}/runs/{id}")>{in_the_way_name(index, full.runs.len())}</a>
                        }).collect_view()}
                    </dd>
                </div>
            })}
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

/// What the run waits for, in a sentence.
fn slot_of(full: &FullGroup) -> String {
    let group = match full.group {
        Group::Workflow => "of this workflow in this project",
        Group::Project => "of this project",
    };
    let runs = if full.limit == 1 { "1 run".to_owned() } else { format!("{} runs", full.limit) };
    format!("a free slot: {runs} {group} may be at work at once.")
}

fn in_the_way_name(index: usize, all: usize) -> String {
    if all == 1 {
        "Show the run in the way".to_owned()
    } else {
        format!("Show run {} of {all} in the way", index + 1)
    }
}

fn source(source: &str) -> String {
    match source {
        "ui" => "in the browser".to_owned(),
        "api" => "through the API".to_owned(),
        "cli" => "on the command line".to_owned(),
        other => words::of_code(other),
    }
}
