//! What the form asks for beside the inputs.

use super::selection::Selection;
use crate::api::use_api;
use crate::components::Field;
use crate::form::{Marks, PROJECT, element_id};
use crate::pages::address::address;
use crate::people::role_name;
use domain::{Permission, ProjectId};
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wire::ProjectResponse;

/// Asks for the project; the choice lives in the address.
#[component]
pub fn ProjectChoice(
    projects: Memo<Vec<ProjectResponse>>,
    open: Memo<Vec<ProjectResponse>>,
    project: Memo<Option<ProjectId>>,
    selection: Memo<Selection>,
    marks: Memo<Marks>,
) -> impl IntoView {
    let (api, navigate) = (use_api(), use_navigate());
    let id = element_id(PROJECT);
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get(PROJECT).cloned()));
    let choose = move |event: ev::Event| {
        let project = ProjectId::parse(&event_target_value(&event)).ok();
        let address = Selection { project, ..selection.get_untracked() }.address();
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    let note = move || {
        let wanted = selection.with(|selection| selection.project).filter(|_| project.get().is_none())?;
        let found = projects.with(|all| all.iter().find(|project| project.id == wanted).cloned());
        Some(match found {
            Some(ProjectResponse { name, archived_at: Some(_), .. }) => {
                format!("{name} is archived: choose another project.")
            }
            Some(ProjectResponse { name, role, .. }) => {
                format!("You may not start runs on {name}: you are {} there.", role_name(role).to_lowercase())
            }
            None => "There is no project with the id in the address.".to_owned(),
        })
    };
    let described = format!("{id}-hint {id}-fault");
    view! {
        <Field id=id.clone() label="Project" required=true fault=fault>
            <select
                id=id.clone() aria-required="true" aria-describedby=described
                aria-invalid=move || fault.get().is_some().to_string() on:change=choose
            >
                <option value="" selected=move || project.get().is_none()>"Choose…"</option>
                <For each=move || open.get() key=|project| project.id let:choice>
                    <option value=choice.id.to_string() selected={
                        let id = choice.id;
                        move || project.get() == Some(id)
                    }>{choice.name}</option>
                </For>
            </select>
            <p class="hint" id=format!("{id}-hint")>
                {note}
                {move || open.with(Vec::is_empty).then(|| if api.may(Permission::CreateProjects) {
                    view! { "There is no project to run on. "<a href=address("/projects", [])>"Make one"</a>"." }.into_any()
                } else {
                    "There is no project on which you may start runs. Ask an admin for the role operator on one.".into_any()
                })}
            </p>
        </Field>
    }
}

/// Asks where the work starts from.
#[component]
pub fn BaseRef(
    text: ArcRwSignal<String>,
    open: Memo<Vec<ProjectResponse>>,
    project: Memo<Option<ProjectId>>,
    marks: Memo<Marks>,
) -> impl IntoView {
    let usual = Signal::derive(move || {
        let project = project.get()?;
        open.with(|open| open.iter().find(|open| open.id == project).map(|open| open.default_branch.clone()))
    });
    view! {
        <Plain
            pointer="/base_ref" label="Start from" hint="A branch, tag or commit; empty: the project's default branch."
            text=text marks=marks placeholder=Signal::derive(move || usual.get().unwrap_or_default())
        />
    }
}

/// Asks for one line.
#[component]
pub fn Plain(
    pointer: &'static str,
    label: &'static str,
    hint: &'static str,
    text: ArcRwSignal<String>,
    marks: Memo<Marks>,
    #[prop(optional, into)] placeholder: Signal<String>,
) -> impl IntoView {
    let id = element_id(pointer);
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get(pointer).cloned()));
    let described = format!("{id}-hint {id}-fault");
    let first = text.get_untracked();
    view! {
        <Field id=id.clone() label=label hint=hint fault=fault>
            <input
                id=id type="text" autocomplete="off" spellcheck="false" placeholder=placeholder aria-describedby=described
                aria-invalid=move || fault.get().is_some().to_string() prop:value=first
                on:input=move |event| text.set(event_target_value(&event))
            />
        </Field>
    }
}
