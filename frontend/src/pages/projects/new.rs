//! The form that makes a project.

use super::form::ProjectFields;
use crate::api::use_api;
use crate::components::{FaultSummary, ProblemPanel};
use crate::form::{Marks, ProjectDraft, project_places};
use crate::pages::submission::Submission;
use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;

/// Asks for what a project is, and makes it.
#[component]
pub fn NewProject(cancel: Callback<()>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let draft = RwSignal::new(ProjectDraft::default());
    let submission = Submission::new();
    let marks = Memo::new(move |_| submission.faults.with(|faults| Marks::new(faults, &project_places())));
    let check = move || {
        let (request, faults) = draft.with_untracked(ProjectDraft::check);
        let body = serde_json::to_value(&request).unwrap_or_default();
        (request, body, faults)
    };
    let send = Callback::new(move |()| {
        let (request, body, faults) = check();
        let Some(key) = submission.begin("/projects", &body, faults) else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            let result = api.create_project(&key, &request).await;
            if let Some(project) = submission.end(&body, result) {
                navigate(&format!("/projects/{}", project.id), Default::default());
            }
        });
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let (leave, press) = submission.reviewing(move || {
        let (_, body, faults) = check();
        (body, faults)
    });
    let heading = NodeRef::<html::H2>::new();
    heading.on_load(|heading| {
        // A heading can always take the focus.
        let _ = heading.focus();
    });
    view! {
        <form class="panel form" novalidate="" aria-labelledby="new-project-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h2 id="new-project-title" tabindex="-1" node_ref=heading>"New project"</h2>
            <FaultSummary marks=marks shown=submission.stopped />
            <ProjectFields draft=draft marks=marks />
            {move || submission.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> })}
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || submission.working.get().to_string()>
                    {move || if submission.working.get() { "Creating…" } else { "Create project" }}
                </button>
                <button type="button" class="btn quiet" on:click=move |_| cancel.run(())>"Cancel"</button>
            </p>
        </form>
    }
}
