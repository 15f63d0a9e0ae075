//! The form that starts a run.

use super::control::{LabelShown, Wiring};
use super::entry::Entry;
use super::input::{fields, input};
use super::labels::Labels;
use super::selection::Selection;
use super::start_fields::{BaseRef, Plain, ProjectChoice};
use super::typed::{Kept, remember, remembered, typed};
use crate::api::{Failure, use_api};
use crate::components::{Copy, FaultSummary, ProblemPanel};
use crate::form::{Kind, Marks, start_run_by_curl};
use crate::pages::submission::Submission;
use domain::Permission;
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::{ProjectResponse, WorkflowVersionResponse};

/// Asks for what the version needs, and starts a run of it.
#[component]
pub fn StartForm(
    version: WorkflowVersionResponse,
    projects: Memo<Vec<ProjectResponse>>,
    selection: Memo<Selection>,
    kept: StoredValue<Option<Kept>>,
) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let open = Memo::new(move |_| {
        projects.with(|all| {
            let may = |project: &&ProjectResponse| {
                project.archived_at.is_none() && project.permissions.contains(&Permission::StartRuns)
            };
            all.iter().filter(may).cloned().collect::<Vec<_>>()
        })
    });
    let project = Memo::new(move |_| {
        let wanted = selection.with(|selection| selection.project);
        open.with(|open| match (wanted, open.as_slice()) {
            (Some(wanted), open) => open.iter().map(|project| project.id).find(|id| *id == wanted),
            // Where there is only one there is nothing to choose.
            (None, [only]) => Some(only.id),
            (None, _) => None,
        })
    });
    let filled = selection.get_untracked();
    // What an address fills in comes before what was typed at another time.
    let is_filled = !filled.prefill.is_empty() || !filled.title.is_empty() || !filled.labels.is_empty();
    let before = kept.get_value().or_else(|| if is_filled { None } else { remembered(&version.name) });
    let typed = typed(&version, project, &filled, before);
    let form = typed.form.clone();
    {
        let typed = typed.clone();
        on_cleanup(move || {
            kept.try_set_value(Some(untrack(|| typed.kept())));
        });
    }
    let workflow = StoredValue::new(version.name.clone());
    {
        let typed = typed.clone();
        Effect::new(move |is_first: Option<()>| {
            let now = typed.harmless();
            if is_first.is_some() {
                remember(&workflow.get_value(), Some(&now));
            }
        });
    }
    let submission = Submission::new();
    let marks = {
        let typed = typed.clone();
        Memo::new(move |_| {
            let places = untrack(|| typed.draft()).places(&typed.form);
            submission.faults.with(|faults| Marks::new(faults, &places))
        })
    };
    let (title, base_ref) = (typed.title.clone(), typed.base_ref.clone());
    let labels = RwSignal::from(typed.labels.clone());
    let wiring = Wiring::new(
        Signal::stored("/inputs".to_owned()),
        Signal::stored("Inputs".to_owned()),
        LabelShown::Shown,
        marks,
    );
    let inputs = match (&form.kind, &typed.inputs) {
        (Kind::Object(asked), _) if asked.is_empty() => {
            view! { <p class="muted">"This workflow asks for no inputs."</p> }.into_any()
        }
        (Kind::Object(_), Entry::Fields(entries)) => fields(&form, entries, wiring),
        (_, entry) => input(&form, entry, wiring),
    };
    let command = {
        let typed = typed.clone();
        Signal::derive(move || {
            let draft = typed.draft();
            let origin = window().location().origin().unwrap_or_default();
            start_run_by_curl(&origin, draft.project, &draft.check(&typed.form).0, &typed.form)
        })
    };
    let typed = StoredValue::new(typed);
    let check = move || {
        let typed = typed.get_value();
        let draft = untrack(|| typed.draft());
        let (request, faults) = draft.check(&typed.form);
        let body = serde_json::to_value(&request).unwrap_or_default();
        (draft.project, request, body, faults)
    };
    let send = Callback::new(move |()| {
        let (project, request, body, faults) = check();
        let path = project.map(|project| project.to_string()).unwrap_or_default();
        let Some(key) = submission.begin(&path, &body, faults) else { return };
        let Some(project) = project else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            let result = api.start_run(project, &key, &request).await;
            if let Some(run) = submission.end(&body, result) {
                remember(&workflow.get_value(), None);
                navigate(&run.page, NavigateOptions::default());
            }
        });
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let (leave, press) = submission.reviewing(move || {
        let (_, _, body, faults) = check();
        (body, faults)
    });
    let uncertain = move || {
        submission
            .failure
            .with(|failure| matches!(failure, Some(Failure::Unreachable(_) | Failure::Unreadable { .. })))
    };
    let pinned = version.version;
    view! {
        <form class="panel form" id="start" novalidate="" aria-labelledby="start-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h3 id="start-title">"Start a run"</h3>
            <FaultSummary marks=marks shown=submission.stopped />
            <ProjectChoice projects=projects open=open project=project selection=selection marks=marks />
            {inputs}
            <div class="form-grid">
                <Plain pointer="/title" label="Title" hint="What people call the run." text=title marks=marks />
                <BaseRef text=base_ref open=open project=project marks=marks />
            </div>
            <Labels labels=labels marks=marks />
            {move || submission.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> })}
            <Show when=uncertain>
                <p>"We do not know yet whether the run was started. Trying again with the same values starts no second one."</p>
            </Show>
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || submission.working.get().to_string()>
                    {move || if submission.working.get() { "Starting…" } else { "Start run" }}
                </button>
                <Copy text=command label="Copy as curl" />
                <span class="muted">{format!("v{pinned} will be pinned.")}</span>
            </p>
        </form>
    }
}
