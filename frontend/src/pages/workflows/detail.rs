//! One version of a workflow: what it does, and the form that starts it.

use super::selection::Selection;
use super::start::StartForm;
use super::typed::Kept;
use crate::api::{ApiClient, Failure, use_api};
use crate::components::{DigestText, Loaded};
use crate::pages::projects::all_projects;
use crate::state::{Clock, Query, duration};
use domain::contract::WorkflowName;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wire::{PageQuery, ProjectResponse, WorkflowStep, WorkflowVersionResponse, WorkflowVersionSummary};

/// A version with all of its siblings, and where it can run.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    version: WorkflowVersionResponse,
    /// Newest first.
    versions: Vec<WorkflowVersionSummary>,
    projects: Vec<ProjectResponse>,
}

/// The chosen workflow.
#[component]
pub fn Detail(name: WorkflowName, selection: Memo<Selection>) -> impl IntoView {
    let api = use_api();
    let wanted = Memo::new(move |_| selection.get().version);
    let back = move || selection.with(|selection| selection.of_workflow(None).address());
    let kept = StoredValue::new(None::<Kept>);
    let chosen = Query::new(move || {
        let wanted = wanted.get();
        let name = name.clone();
        async move { read(api, name, wanted).await }
    });
    view! {
        <p class="split-back"><a href=back>"← All workflows"</a></p>
        <Loaded query=chosen rows=6 let:chosen>
            <Version chosen=chosen selection=selection kept=kept />
        </Loaded>
    }
}

async fn read(api: ApiClient, name: WorkflowName, wanted: Option<i64>) -> Result<Chosen, Failure> {
    let mut versions: Vec<WorkflowVersionSummary> = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.list_workflow_versions(&name, &PageQuery { cursor, limit: Some(200) }).await?;
        versions.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    // The list of a workflow that exists is not empty; where it is, the server says what is missing.
    let number = wanted.or_else(|| versions.first().map(|newest| newest.version)).unwrap_or(1);
    let version = api.get_workflow_version(&name, number).await?;
    let projects = all_projects(api).await?;
    Ok(Chosen { version, versions, projects })
}

#[component]
fn Version(
    chosen: Signal<Chosen>,
    selection: Memo<Selection>,
    kept: StoredValue<Option<Kept>>,
) -> impl IntoView {
    // Versions never change: the number is enough to know whether another one is shown.
    let number = Memo::new(move |_| chosen.with(|chosen| chosen.version.version));
    let newest =
        Memo::new(move |_| chosen.with(|chosen| chosen.versions.first().map(|newest| newest.version)));
    let versions = Memo::new(move |_| chosen.with(|chosen| chosen.versions.clone()));
    let projects = Memo::new(move |_| chosen.with(|chosen| chosen.projects.clone()));
    move || {
        number.track();
        let version = chosen.get_untracked().version;
        let WorkflowVersionResponse { name, title, description, digest, steps, .. } = version.clone();
        view! {
            <div class="stack">
                <div class="version-head">
                    <h2>{title.unwrap_or_else(|| name.to_string())}</h2>
                    <code>{name.to_string()}</code>
                    <VersionChoice number=number newest=newest versions=versions selection=selection />
                    <span class="muted"><DigestText digest=digest.to_string() name="digest of the definition" /></span>
                </div>
                {description.map(|text| view! { <p class="prose">{text}</p> })}
                <section aria-labelledby="steps">
                    <h3 id="steps">"Steps"</h3>
                    <ol class="steps">{steps.into_iter().map(|step| view! { <Step step=step /> }).collect_view()}</ol>
                </section>
                <StartForm version=version projects=projects selection=selection kept=kept />
            </div>
        }
    }
}

#[component]
fn VersionChoice(
    number: Memo<i64>,
    newest: Memo<Option<i64>>,
    versions: Memo<Vec<WorkflowVersionSummary>>,
    selection: Memo<Selection>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let navigate = use_navigate();
    let choose = move |event: leptos::ev::Event| {
        let version = event_target_value(&event)
            .parse()
            .ok()
            .filter(|version| newest.get_untracked() != Some(*version));
        let address = Selection { version, ..selection.get_untracked() }.address();
        navigate(&address, leptos_router::NavigateOptions { scroll: false, ..Default::default() });
    };
    let text = move |version: &WorkflowVersionSummary| {
        let by = version.published_by.name.clone().unwrap_or_else(|| "built in".to_owned());
        let mark = if newest.get() == Some(version.version) { ", newest" } else { "" };
        format!("v{}{mark} · {} · {by}", version.version, clock.relative(version.published_at))
    };
    let text = StoredValue::new_local(text);
    view! {
        <label class="version-choice">
            <span class="visually-hidden">"Version"</span>
            <select on:change=choose>
                {move || versions.get().into_iter().map(|version| view! {
                    <option value=version.version.to_string() selected=version.version == number.get_untracked()>
                        {text.with_value(|text| untrack(|| text(&version)))}
                    </option>
                }).collect_view()}
            </select>
        </label>
    }
}

#[component]
fn Step(step: WorkflowStep) -> impl IntoView {
    let is_gate = step.uses == "approval";
    let title = step.title.unwrap_or_else(|| step.key.to_string());
    let limit = if is_gate {
        "a person decides".to_owned()
    } else {
        format!("at most {}", duration(step.timeout_ms).trim_end_matches(" 00 s").trim_end_matches(" 00 min"))
    };
    view! {
        <li class="step" data-gate=is_gate.to_string()>
            <span class="step-title">{title}</span>
            <span class="step-facts">
                <code>{step.key.to_string()}</code>
                <span class="chip">{if is_gate { "gate".to_owned() } else { step.uses }}</span>
                <span class="muted">{limit}</span>
            </span>
        </li>
    }
}
