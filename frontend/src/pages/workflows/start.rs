//! The form that starts a run.

use super::control::{LabelShown, Wiring};
use super::entry::Entry;
use super::input::{fields, input};
use super::labels::{Label, Labels};
use super::selection::Selection;
use crate::api::{Failure, use_api};
use crate::components::{Copy, FaultSummary, Field, ProblemPanel};
use crate::form::{
    self, Draft, Kind, Marks, PROJECT, StartDraft, element_id, form_of, read_inputs, start_run_by_curl,
};
use crate::pages::address::address;
use crate::pages::submission::Submission;
use domain::ProjectId;
use domain::contract::WorkflowName;
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::{Map, Value};
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;
use wire::{ProjectResponse, WorkflowVersionResponse};

/// What was typed for one version and is offered to the next that is chosen.
#[derive(Debug, Clone)]
pub struct Kept {
    inputs: Map<String, Value>,
    title: String,
    base_ref: String,
    labels: Vec<(String, String)>,
}

/// The form as it stands.
#[derive(Clone)]
struct Typed {
    form: Arc<form::Field>,
    workflow: WorkflowName,
    version: i64,
    project: Memo<Option<ProjectId>>,
    title: ArcRwSignal<String>,
    base_ref: ArcRwSignal<String>,
    labels: ArcRwSignal<Vec<Label>>,
    inputs: Entry,
}

impl Typed {
    fn draft(&self) -> StartDraft {
        StartDraft {
            project: self.project.get(),
            workflow: self.workflow.clone(),
            version: self.version,
            title: self.title.get(),
            base_ref: self.base_ref.get(),
            labels: self.labels(),
            inputs: self.inputs.draft(),
        }
    }

    /// What another version of the workflow is offered.
    fn kept(&self) -> Kept {
        Kept {
            inputs: read_inputs(&self.form, &self.inputs.draft()).0,
            title: self.title.get(),
            base_ref: self.base_ref.get(),
            labels: self.labels(),
        }
    }

    fn labels(&self) -> Vec<(String, String)> {
        self.labels.with(|labels| labels.iter().map(|label| (label.key.get(), label.value.get())).collect())
    }
}

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
            all.iter().filter(|project| project.archived_at.is_none()).cloned().collect::<Vec<_>>()
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
    let typed = typed(&version, project, &selection.get_untracked(), kept.get_value());
    let form = typed.form.clone();
    {
        let typed = typed.clone();
        on_cleanup(move || {
            kept.try_set_value(Some(untrack(|| typed.kept())));
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

/// The form before anybody typed: what the address says, else what was typed for the version before, else defaults.
fn typed(
    version: &WorkflowVersionResponse,
    project: Memo<Option<ProjectId>>,
    selection: &Selection,
    kept: Option<Kept>,
) -> Typed {
    let form = form_of(&version.inputs);
    let values = kept.as_ref().map(|kept| Value::Object(kept.inputs.clone()));
    let mut draft = Draft::of(&form, values.as_ref());
    if let (Draft::Fields(drafts), None) = (&mut draft, &kept) {
        for (field, draft) in form.fields().iter().zip(drafts) {
            if let Some((_, text)) = selection.prefill.iter().find(|(name, _)| *name == field.name) {
                *draft = Draft::of_text(field, text);
            }
        }
    }
    let (title, base_ref, labels) =
        kept.map(|kept| (kept.title, kept.base_ref, kept.labels)).unwrap_or_default();
    let labels = (0..).zip(&labels).map(|(id, (key, value))| Label::new(id, key, value)).collect();
    Typed {
        form: Arc::new(form),
        workflow: version.name.clone(),
        version: version.version,
        project,
        title: ArcRwSignal::new(title),
        base_ref: ArcRwSignal::new(base_ref),
        labels: ArcRwSignal::new(labels),
        inputs: Entry::new(&draft),
    }
}

#[component]
fn ProjectChoice(
    projects: Memo<Vec<ProjectResponse>>,
    open: Memo<Vec<ProjectResponse>>,
    project: Memo<Option<ProjectId>>,
    selection: Memo<Selection>,
    marks: Memo<Marks>,
) -> impl IntoView {
    let navigate = use_navigate();
    let id = element_id(PROJECT);
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get(PROJECT).cloned()));
    let choose = move |event: ev::Event| {
        let project = ProjectId::parse(&event_target_value(&event)).ok();
        let address = Selection { project, ..selection.get_untracked() }.address();
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    let note = move || {
        let wanted = selection.with(|selection| selection.project).filter(|_| project.get().is_none())?;
        let archived = projects
            .with(|all| all.iter().find(|project| project.id == wanted).map(|project| project.name.clone()));
        Some(match archived {
            Some(name) => format!("{name} is archived: choose another project."),
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
                {move || open.with(Vec::is_empty).then(|| view! {
                    "There is no project to run on. "<a href=address("/projects", [])>"Make one"</a>"."
                })}
            </p>
        </Field>
    }
}

#[component]
fn BaseRef(
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

#[component]
fn Plain(
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
