//! Changing a project's settings, and archiving it.

use crate::api::use_api;
use crate::components::{Act, Confirm, FaultSummary, Loaded, ProblemPanel, Question};
use crate::form::{Marks, ProjectDraft, project_places};
use crate::pages::projects::ProjectFields;
use crate::pages::submission::Submission;
use crate::state::{Announcer, Query};
use domain::{Permission, ProjectId};
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::{ProblemCode, ProjectResponse};

/// What whoever manages the project can change of it.
#[component]
pub fn Edit(id: ProjectId, project: Query<ProjectResponse>, may: Signal<Vec<Permission>>) -> impl IntoView {
    let api = use_api();
    // The tag names the state that the form was filled from.
    let tagged = Query::new(move || api.get_project_tagged(id));
    let may_change = Memo::new(move |_| may.with(|may| may.contains(&Permission::ManageProjects)));
    let may_archive = Memo::new(move |_| may.with(|may| may.contains(&Permission::ArchiveProjects)));
    view! {
        <Loaded query=tagged rows=6 let:found>
            <Show when=move || may_change.get()>
                // Read again after a conflict: the form is filled anew.
                {move || {
                    let (read, tag) = found.get();
                    view! { <Settings id=id read=read tag=tag.unwrap_or_default() project=project tagged=tagged /> }
                }}
            </Show>
        </Loaded>
        <Show when=move || may_archive.get()>
            <Archive id=id project=project />
        </Show>
    }
}

#[component]
fn Settings(
    id: ProjectId,
    read: ProjectResponse,
    tag: String,
    project: Query<ProjectResponse>,
    tagged: Query<(ProjectResponse, Option<String>)>,
) -> impl IntoView {
    let api = use_api();
    let announcer = expect_context::<Announcer>();
    let navigate = use_navigate();
    let draft = RwSignal::new(ProjectDraft::of(&read));
    let submission = Submission::new();
    let marks = Memo::new(move |_| submission.faults.with(|faults| Marks::new(faults, &project_places())));
    let check = move || {
        let (request, faults) = draft.with_untracked(ProjectDraft::check);
        let body = serde_json::to_value(&request).unwrap_or_default();
        (request, body, faults)
    };
    let tag = StoredValue::new(tag);
    let send = Callback::new(move |()| {
        let (request, body, faults) = check();
        if submission.begin("/projects", &body, faults).is_none() {
            return;
        }
        let navigate = navigate.clone();
        spawn_local(async move {
            let tag = tag.get_value();
            let result = api.update_project(id, &tag, &request).await;
            if let Some(changed) = submission.end(&body, result) {
                project.put(changed);
                announcer.polite.set("The settings were saved".to_owned());
                navigate(&format!("/projects/{id}"), NavigateOptions::default());
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
    let is_stale = move || {
        submission.failure.with(|failure| {
            failure.as_ref().and_then(crate::api::Failure::code) == Some(ProblemCode::StaleRevision)
        })
    };
    view! {
        <form class="panel form" novalidate="" aria-labelledby="edit-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h2 id="edit-title">"Settings"</h2>
            <p class="hint">"Runs that have begun keep the settings that they began with."</p>
            <FaultSummary marks=marks shown=submission.stopped />
            <ProjectFields draft=draft marks=marks />
            {move || if is_stale() {
                view! {
                    <div class="problem" role="alert">
                        <p class="problem-title">"Somebody else changed the project meanwhile"</p>
                        <p>"Nothing was saved. Look at the settings as they are now, and make your change again."</p>
                        <p class="problem-actions">
                            <button type="button" class="btn" on:click=move |_| tagged.refetch()>"Show the present settings"</button>
                        </p>
                    </div>
                }.into_any()
            } else {
                submission.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> }).into_any()
            }}
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || submission.working.get().to_string()>
                    {move || if submission.working.get() { "Saving…" } else { "Save the settings" }}
                </button>
                <a class="btn quiet" href=format!("/projects/{id}")>"Cancel"</a>
            </p>
        </form>
    }
}

#[component]
fn Archive(id: ProjectId, project: Query<ProjectResponse>) -> impl IntoView {
    let api = use_api();
    let asked = RwSignal::new_local(None);
    let archived = Memo::new(move |_| project.data.with(|project| project.as_ref()?.archived_at));
    let ask = move |_| {
        let name = project.data.with_untracked(|project| {
            project.as_ref().map(|project| project.name.clone()).unwrap_or_default()
        });
        asked.set(Some(Question {
            title: format!("Archive {name}?"),
            consequence:
                "No run can be started on it any more. Runs that have begun go on, and everything stays \
                          readable. You can take it out of the archive again."
                    .to_owned(),
            button: "Archive the project",
            done: format!("{name} is archived"),
            act: Act::new(move || async move {
                project.put(api.archive_project(id).await?);
                Ok(())
            }),
        }));
    };
    let ask_back = move |_| {
        asked.set(Some(Question {
            title: "Take the project out of the archive?".to_owned(),
            consequence: "Runs can be started on it again, by whoever may start them.".to_owned(),
            button: "Take it out",
            done: "The project is no longer archived".to_owned(),
            act: Act::new(move || async move {
                project.put(api.unarchive_project(id).await?);
                Ok(())
            }),
        }));
    };
    view! {
        <section class="panel form" aria-labelledby="archive">
            <h2 id="archive">"Archive"</h2>
            <Show
                when=move || archived.get().is_none()
                fallback=move || view! {
                    <p>"The project is archived: nothing can be started on it."</p>
                    <p class="actions"><button type="button" class="btn" on:click=ask_back>"Take it out of the archive"</button></p>
                }
            >
                <p>"An archived project keeps its runs and their history; nothing can be started on it."</p>
                <p class="actions"><button type="button" class="btn danger" on:click=ask>"Archive the project"</button></p>
            </Show>
        </section>
        <Confirm asked=asked />
    }
}
