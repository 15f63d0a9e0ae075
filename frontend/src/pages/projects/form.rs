//! What a project is asked for, when it is made and when it is changed.

use crate::components::Field;
use crate::form::{Marks, ProjectDraft, element_id, split};
use domain::project::ShipMode;
use leptos::prelude::*;

/// The controls of a project's settings.
#[component]
pub fn ProjectFields(draft: RwSignal<ProjectDraft>, marks: Memo<Marks>) -> impl IntoView {
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
    let first = draft.with_untracked(|draft| at(&mut draft.clone()).clone());
    view! {
        <Field id=id.clone() label=label hint=hint fault=fault required=required>
            <input
                id=id type="text" autocomplete="off" spellcheck="false" aria-describedby=described
                aria-invalid=move || fault.get().is_some().to_string() aria-required=required.to_string()
                prop:value=first
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
