//! The controls that choose which runs are shown.

use super::filter::RunFilter;
use crate::api::use_api;
use crate::components::{SearchBox, StatusKind};
use crate::state::Query;
use domain::ProjectId;
use domain::contract::WorkflowName;
use domain::run::Status;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wire::PageQuery;

/// The statuses, those that ask for somebody first.
const STATUSES: [Status; 6] = [
    Status::AwaitingApproval,
    Status::Running,
    Status::Pending,
    Status::Failed,
    Status::Completed,
    Status::Cancelled,
];

/// Chips for the status, a choice of workflow, and a search in titles; all of them live in the address.
#[component]
pub fn RunFilters(project: ProjectId, filter: Memo<RunFilter>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let workflows =
        Query::new(
            move || async move { api.list_workflows(&PageQuery { limit: Some(200), cursor: None }).await },
        );
    let names = Memo::new(move |_| {
        let mut names: Vec<WorkflowName> = workflows.data.with(|list| {
            list.iter().flat_map(|list| &list.items).map(|workflow| workflow.name.clone()).collect()
        });
        // One that was chosen stays a choice, whether or not it is listed.
        names.extend(filter.get().workflow.filter(|chosen| !names.contains(chosen)));
        names
    });
    let chip = move |text: String, is_on: Signal<bool>, target: Signal<String>| {
        view! {
            <a class="chip choice" href=target data-noscroll="" aria-current=move || is_on.get().then_some("true")>{text}</a>
        }
    };
    let all = chip(
        "All".to_owned(),
        Signal::derive(move || filter.with(|filter| filter.status.is_empty())),
        Signal::derive(move || RunFilter { status: Vec::new(), ..filter.get() }.address(project)),
    );
    let statuses = STATUSES.map(|status| {
        chip(
            capitalized(StatusKind::from(status).word()),
            Signal::derive(move || filter.with(|filter| filter.status.contains(&status))),
            Signal::derive(move || filter.with(|filter| filter.toggled(status).address(project))),
        )
    });
    let search = {
        let navigate = navigate.clone();
        Callback::new(move |title: String| {
            let address = RunFilter { title, ..filter.get_untracked() }.address(project);
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        })
    };
    let choose = move |event: leptos::ev::Event| {
        let workflow = WorkflowName::parse(&event_target_value(&event)).ok();
        let address = RunFilter { workflow, ..filter.get_untracked() }.address(project);
        navigate(&address, NavigateOptions { scroll: false, ..Default::default() });
    };
    view! {
        <div class="filters" role="group" aria-label="Which runs are shown">
            <div class="chips" role="group" aria-label="Status">{all} {statuses.into_iter().collect_view()}</div>
            <div class="filters-fields">
                <SearchBox id="title" label="Search in titles" value=Signal::derive(move || filter.get().title) on_search=search />
                <label for="workflow" class="visually-hidden">"Workflow"</label>
                <select id="workflow" on:change=choose>
                    <option value="" selected=move || filter.with(|filter| filter.workflow.is_none())>"All workflows"</option>
                    <For each=move || names.get() key=Clone::clone let:name>
                        <option value=name.to_string() selected={
                            let name = name.clone();
                            move || filter.with(|filter| filter.workflow.as_ref() == Some(&name))
                        }>{name.to_string()}</option>
                    </For>
                </select>
            </div>
        </div>
    }
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
