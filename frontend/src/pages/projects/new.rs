//! The form that makes a project.

use crate::api::{Failure, IdempotencyKey, use_api};
use crate::components::{FaultSummary, Field, ProblemPanel};
use crate::form::{Marks, ProjectDraft, element_id, project_places, split, standing};
use domain::Fault;
use domain::project::ShipMode;
use leptos::{ev, html, prelude::*};
use leptos_router::hooks::use_navigate;
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use wire::CreateProjectRequest;

/// Asks for what a project is, and makes it.
#[component]
pub fn NewProject(cancel: Callback<()>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let draft = RwSignal::new(ProjectDraft::default());
    let faults = RwSignal::new(Vec::<Fault>::new());
    let marks = Memo::new(move |_| faults.with(|faults| Marks::new(faults, &project_places())));
    let shown = RwSignal::new(0_u32);
    let refused = StoredValue::new(None::<(Vec<Fault>, Value)>);
    let failure = RwSignal::new(None::<Failure>);
    let working = RwSignal::new(false);
    // What was sent last without an answer: the same again is the same intention.
    let unanswered = StoredValue::new(None::<(CreateProjectRequest, IdempotencyKey)>);
    let check = move || {
        let (request, mut found) = draft.with_untracked(ProjectDraft::check);
        let now = serde_json::to_value(&request).unwrap_or_default();
        if let Some((refused, sent)) = refused.get_value() {
            found.extend(standing(&refused, &sent, &now));
        }
        (request, found)
    };
    let send = Callback::new(move |()| {
        if working.get_untracked() {
            return;
        }
        refused.set_value(None);
        let (request, found) = check();
        failure.set(None);
        let is_sound = found.is_empty();
        faults.set(found);
        if !is_sound {
            shown.update(|shown| *shown += 1);
            return;
        }
        let key = match unanswered.get_value() {
            Some((before, key)) if before == request => key,
            _ => IdempotencyKey::new(),
        };
        unanswered.set_value(Some((request.clone(), key.clone())));
        working.set(true);
        let navigate = navigate.clone();
        spawn_local(async move {
            let result = api.create_project(&key, &request).await;
            if working.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(project) => navigate(&format!("/projects/{}", project.id), Default::default()),
                Err(error) => {
                    if let Some(problem) = error.problem() {
                        unanswered.set_value(None);
                        if !problem.errors.is_empty() {
                            refused.set_value(Some((
                                problem.errors.clone(),
                                serde_json::to_value(&request).unwrap_or_default(),
                            )));
                            faults.set(problem.errors.clone());
                            shown.update(|shown| *shown += 1);
                            return;
                        }
                    }
                    failure.set(Some(error));
                }
            }
        });
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let leave_field = move |_: ev::FocusEvent| {
        if shown.get_untracked() > 0 {
            faults.set(check().1);
        }
    };
    let heading = NodeRef::<html::H2>::new();
    heading.on_load(|heading| {
        // A heading can always take the focus.
        let _ = heading.focus();
    });
    let argv = Memo::new(move |_| split(&draft.with(|draft| draft.test_command.clone())).unwrap_or_default());
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
        <form class="panel form" novalidate="" aria-labelledby="new-project-title" on:submit=submit on:focusout=leave_field>
            <h2 id="new-project-title" tabindex="-1" node_ref=heading>"New project"</h2>
            <FaultSummary marks=marks shown=shown />
            {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> })}
            <div class="form-grid">
                <TextField draft=draft marks=marks pointer="/name" label="Name" required=true
                    hint="Unique among the projects." at=|draft| &mut draft.name />
                {text("/repository", "Repository",
                    "https://…, ssh://…, user@host:path or file:///path. Empty: runs have no workspace.",
                    |draft| &mut draft.repository)}
                {text("/default_branch", "Default branch", "Runs start from it. Empty: main.", |draft| &mut draft.default_branch)}
                {text("/agent", "Agent", "A name from the server's configuration. Empty: agent steps must name one.", |draft| &mut draft.agent)}
                <div>
                    {text("/test_command", "Test command",
                        "One program with its arguments, not a shell line: for a shell write sh -c 'make check'.",
                        |draft| &mut draft.test_command)}
                    <p class="argv" aria-live="polite">
                        {move || argv.get().into_iter().map(|word| view! { <code>{word}</code>" " }).collect_view()}
                    </p>
                </div>
                {text("/credential", "Credential", "For the repository; a name from the server's configuration.", |draft| &mut draft.credential)}
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
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                    {move || if working.get() { "Creating…" } else { "Create project" }}
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
        </Field>
    }
}
