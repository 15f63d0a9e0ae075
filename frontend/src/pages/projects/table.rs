//! Projects as a table; on a narrow screen as cards.

use super::activity::Activity;
use crate::components::{StatusBadge, StatusKind, When};
use crate::pages::address::address;
use domain::ProjectId;
use domain::project::ShipMode;
use domain::run::Status;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wire::{ProjectResponse, RunResponse};

#[component]
pub fn ProjectTable(
    projects: Signal<Vec<ProjectResponse>>,
    /// `None` while it is read.
    activities: Signal<Option<BTreeMap<ProjectId, Activity>>>,
) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Projects">
            <table class="table cards" role="table" aria-label="Projects">
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"Last run"</th>
                        <th scope="col" role="columnheader">"Awaiting"</th>
                        <th scope="col" role="columnheader">"Running"</th>
                        <th scope="col" role="columnheader">"Repository"</th>
                        <th scope="col" role="columnheader">"Branch"</th>
                        <th scope="col" role="columnheader">"Agent"</th>
                        <th scope="col" role="columnheader">"An approval"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || projects.get() key=|project| (project.id, project.revision) let:project>
                        <ProjectRow project=project activities=activities />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn ProjectRow(
    project: ProjectResponse,
    activities: Signal<Option<BTreeMap<ProjectId, Activity>>>,
) -> impl IntoView {
    let id = project.id;
    // `None`: not known yet.
    let activity = Memo::new(move |_| {
        activities.with(|all| all.as_ref().map(|all| all.get(&id).cloned().unwrap_or_default()))
    });
    let newest = Memo::new(move |_| activity.get().map(|activity| activity.newest));
    let runs = move |statuses: &[Status]| {
        let pairs = statuses.iter().map(|status| ("status", status.to_string()));
        address(&format!("/projects/{id}/runs"), pairs)
    };
    let count = move |count: fn(&Activity) -> usize, statuses: &'static [Status], what: &'static str| {
        let number = Memo::new(move |_| activity.with(|activity| activity.as_ref().map(count)));
        move || match number.get() {
            None => ().into_any(),
            Some(0) => view! { <span class="muted">"0"</span> }.into_any(),
            Some(number) => view! {
                <a href=runs(statuses)>{number}<span class="visually-hidden">" "{what}</span></a>
            }
            .into_any(),
        }
    };
    view! {
        <tr role="row" data-project=id.to_string()>
            <td role="cell" class="cell-title">
                <a href=format!("/projects/{id}")>{project.name}</a>
                {project.archived_at.is_some().then(|| view! { " "<span class="chip">"archived"</span> })}
            </td>
            <td role="cell" data-label="Last run">
                {move || newest.get().map(|run| match run {
                    Some(run) => view! { <LastRun run=run /> }.into_any(),
                    None => view! { <span class="muted">"none"</span> }.into_any(),
                })}
            </td>
            <td role="cell" data-label="Awaiting">{count(|activity| activity.awaiting, &[Status::AwaitingApproval], "awaiting approval")}</td>
            <td role="cell" data-label="Running">{count(|activity| activity.running, &[Status::Running, Status::Pending], "running or pending")}</td>
            <td role="cell" data-label="Repository" class="cell-long">
                {match project.repository {
                    Some(repository) => view! { <span class="mono">{repository}</span> }.into_any(),
                    None => view! { <span class="muted">"none"</span> }.into_any(),
                }}
            </td>
            <td role="cell" data-label="Branch"><span class="mono">{project.default_branch}</span></td>
            <td role="cell" data-label="Agent"><span class="mono">{project.agent.unwrap_or_else(|| "–".to_owned())}</span></td>
            <td role="cell" data-label="An approval" class="cell-long">
                {mode_in_words(project.shipping.mode)}" "<span class="mono">{project.shipping.branch_pattern}</span>
            </td>
        </tr>
    }
}

#[component]
fn LastRun(run: RunResponse) -> impl IntoView {
    let kind = StatusKind::from(run.status);
    let at = run.completed_at.or(run.started_at).unwrap_or(run.created_at);
    view! {
        <div class="last-run">
            <a href=run.page>{format!("#{}", run.number)}</a>
            <StatusBadge kind=kind />
            <span class="muted"><When at=at /></span>
        </div>
    }
}

/// What an approval does with the branch.
pub const fn mode_in_words(mode: ShipMode) -> &'static str {
    match mode {
        ShipMode::Push => "pushes",
        ShipMode::DryRun => "stores a bundle for",
    }
}
