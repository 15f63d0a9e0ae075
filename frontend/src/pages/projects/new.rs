//! The form that makes a project.

use crate::api::use_api;
use crate::components::{FaultSummary, Field, ProblemPanel};
use crate::form::{Marks, ProjectDraft, element_id, project_places, split};
use crate::pages::submission::Submission;
use domain::project::ShipMode;
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
    let text = move |pointer: &'static str,
                     label: &'static str,
                     hint: &'static str,
                     at: fn(&mut ProjectDraft) -> &mut String| {
        view! { <TextField draft=draft marks=marks pointer=pointer label=label hint=hint at=at /> }
    };
    let mode = move |value: ShipMode, label: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio" name="mode" prop:checked=move || draft.with(|draft| draft.mode == value)
                    on:change=move |_| draft.update(|draft| draft.mode = value)
                />
                {label}
            </label>
        }
    };
    view! {
        <form class="panel form" novalidate="" aria-labelledby="new-project-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h2 id="new-project-title" tabindex="-1" node_ref=heading>"New project"</h2>
            <FaultSummary marks=marks shown=submission.stopped />
            <div class="form-grid">
                <TextField draft=draft marks=marks pointer="/name" label="Name" required=true
                    hint="Unique among the projects." at=|draft| &mut draft.name />
                {text("/repository", "Repository",
                    "https, ssh, user@host:path or file address. Empty: no workspace.",
                    |draft| &mut draft.repository)}
                {text("/default_branch", "Default branch", "Runs start from it. Empty: main.", |draft| &mut draft.default_branch)}
                {text("/agent", "Agent", "Its name in the server's configuration.", |draft| &mut draft.agent)}
                <TestCommand draft=draft marks=marks />
                {text("/credential", "Credential", "For git; its name in the server's configuration.", |draft| &mut draft.credential)}
            </div>
            <fieldset class="group" id=element_id("/shipping/mode") tabindex="-1">
                <legend>"What an approval does"</legend>
                <div class="choices-row">
                    {mode(ShipMode::Push, "Pushes the approved commit as a new branch")}
                    {mode(ShipMode::DryRun, "Stores a bundle of it and touches no remote")}
                </div>
                <div class="form-grid">
                    {text("/shipping/branch_pattern", "Branch pattern",
                        "{workflow} and {run} are filled in. Empty: jidocode/{workflow}/{run}.",
                        |draft| &mut draft.branch_pattern)}
                    {text("/shipping/remote", "Name of the destination", "What people see for it. Empty: origin.", |draft| &mut draft.remote)}
                </div>
            </fieldset>
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

#[component]
fn TextField(
    draft: RwSignal<ProjectDraft>,
    marks: Memo<Marks>,
    pointer: &'static str,
    label: &'static str,
    hint: &'static str,
    at: fn(&mut ProjectDraft) -> &mut String,
    #[prop(optional)] required: bool,
    /// Beneath the control.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let id = element_id(pointer);
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get(pointer).cloned()));
    let described = format!("{id}-hint {id}-fault");
    view! {
        <Field id=id.clone() label=label hint=hint fault=fault required=required>
            <input
                id=id type="text" autocomplete="off" spellcheck="false" aria-describedby=described
                aria-invalid=move || fault.get().is_some().to_string() aria-required=required.to_string()
                on:input=move |event| draft.update(|draft| *at(draft) = event_target_value(&event))
            />
            {children.map(|children| children())}
        </Field>
    }
}

/// The test command, with the arguments that the line stands for.
#[component]
fn TestCommand(draft: RwSignal<ProjectDraft>, marks: Memo<Marks>) -> impl IntoView {
    let argv = Memo::new(move |_| draft.with(|draft| split(&draft.test_command)).unwrap_or_default());
    view! {
        <TextField
            draft=draft marks=marks pointer="/test_command" label="Test command"
            hint="A program with its arguments, not a shell line. For a shell: sh -c 'make check'."
            at=|draft| &mut draft.test_command
        >
            <p class="argv" aria-live="polite">
                {move || argv.get().into_iter().map(|word| view! { <code>{word}</code>" " }).collect_view()}
            </p>
        </TextField>
    }
}
