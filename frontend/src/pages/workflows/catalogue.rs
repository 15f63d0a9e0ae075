//! The list of workflows.

use super::selection::{Selection, is_found};
use crate::components::{Empty, SearchBox, When};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wire::WorkflowResponse;

/// The workflows that are found, each a link that chooses it.
#[component]
pub fn Catalogue(list: Signal<Vec<WorkflowResponse>>, selection: Memo<Selection>) -> impl IntoView {
    let navigate = use_navigate();
    let search = Memo::new(move |_| selection.get().search);
    let found = Memo::new(move |_| {
        let search = search.get();
        list.with(|list| {
            list.iter().filter(|workflow| is_found(workflow, &search)).cloned().collect::<Vec<_>>()
        })
    });
    let on_search = Callback::new(move |search: String| {
        let address = Selection { search, ..selection.get_untracked() }.address();
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    });
    let none = move || {
        if list.with(Vec::is_empty) {
            return view! {
                <Empty title="No workflow is published."><p>"Publish one with "<code>"POST /api/v1/workflows/{name}/versions"</code>"."</p></Empty>
            }
            .into_any();
        }
        let all = Selection { search: String::new(), ..selection.get() }.address();
        view! {
            <Empty title="No workflow matches."><p><a class="btn" href=all data-noscroll="">"Clear the search"</a></p></Empty>
        }
        .into_any()
    };
    view! {
        <SearchBox id="search" label="Search workflows" value=search on_search=on_search />
        <Show when=move || found.with(|found| !found.is_empty()) fallback=none>
            <ul class="catalogue">
                <For each=move || found.get() key=|workflow| (workflow.name.clone(), workflow.newest_version) let:workflow>
                    <Entry workflow=workflow selection=selection />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Entry(workflow: WorkflowResponse, selection: Memo<Selection>) -> impl IntoView {
    let WorkflowResponse { name, newest_version, title, description, edited, updated_at, .. } = workflow;
    let here = name.clone();
    let current =
        move || selection.with(|selection| selection.workflow.as_ref() == Some(&here)).then_some("true");
    let chosen = name.clone();
    let href = move || selection.with(|selection| selection.of_workflow(Some(chosen.clone())).address());
    view! {
        <li>
            <a class="catalogue-entry" href=href aria-current=current>
                <span class="catalogue-title">{title.unwrap_or_else(|| name.to_string())}</span>
                <span class="catalogue-facts">
                    <code>{name.to_string()}</code>
                    <span>{format!("v{newest_version}")}</span>
                    {edited.then(|| view! { <span class="chip">"edited"</span> })}
                    <span><When at=updated_at /></span>
                </span>
                {description.map(|text| view! { <span class="catalogue-text">{text}</span> })}
            </a>
        </li>
    }
}
