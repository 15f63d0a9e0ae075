//! One project.

mod edit;
mod members;

use super::address::address;
use super::not_found::NotFoundPage;
use super::projects::mode_in_words;
use super::runs::{RunTable, follow_runs, title_of};
use crate::api::{ApiClient, Failure, use_api};
use crate::components::{Elapsed, Empty, Loaded, PageHead, ProblemPanel, StatusBadge, StatusKind, When};
use crate::form::unsplit;
use crate::people::{means, role_name};
use crate::state::{Clock, Crumb, Live, Query};
use domain::approval::ApprovalStatus;
use domain::run::Status;
use domain::{Permission, ProjectId, RunId};
use edit::Edit;
use futures_util::future::try_join;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use members::Members;
use wire::{ApprovalResponse, ListApprovals, ListRuns, ProblemCode, ProjectResponse, RunList, RunResponse};

/// How many of the newest runs are shown.
const RECENT: i64 = 10;

/// One project.
#[component]
pub fn ProjectPage() -> impl IntoView {
    let params = use_params_map();
    let project = Memo::new(move |_| ProjectId::parse(&params.with(|params| params.get("project"))?).ok());
    move || match project.get() {
        Some(project) => view! { <ProjectDetail id=project /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn ProjectDetail(id: ProjectId) -> impl IntoView {
    let api = use_api();
    let live = expect_context::<Live>();
    let project = Query::new(move || api.get_project(id));
    let missing = Memo::new(move |_| {
        project
            .failure
            .with(|failure| failure.as_ref().and_then(Failure::code) == Some(ProblemCode::NotFound))
    });
    let title = Signal::derive(move || {
        project.data.with(|project| {
            project.as_ref().map_or_else(|| "Project".to_owned(), |project| project.name.clone())
        })
    });
    let above = Signal::stored(vec![Crumb::link("Projects", "/projects")]);
    let archived = Memo::new(move |_| project.data.with(|project| project.as_ref()?.archived_at));
    let runs = Query::new(move || async move {
        api.list_runs(&ListRuns { project_id: Some(id), limit: Some(RECENT), ..ListRuns::default() }).await
    });
    let gates = Query::new(move || read_gates(api, id));
    Effect::new(move |_| live.true_at_ms.set(runs.read_at_ms.get()));
    let refetch = move || {
        runs.refetch();
        gates.refetch();
    };
    live.show(follow_runs(
        move |touched| {
            if touched.iter().any(|touched| touched.project == id) {
                refetch();
            }
        },
        refetch,
    ));
    let may = move |permission: Permission| {
        project
            .data
            .with(|project| project.as_ref().is_some_and(|project| project.permissions.contains(&permission)))
    };
    let may_start = Memo::new(move |_| may(Permission::StartRuns));
    let query = use_query_map();
    let tab = Memo::new(move |_| query.with(|query| Tab::of_query(query.get_str("tab"))));
    let start = move || address("/workflows", [("project", id.to_string())]);
    move || {
        if missing.get() {
            return view! { <NotFoundPage /> }.into_any();
        }
        view! {
            <PageHead title=title above=above>
                {move || archived.get().map(|at| view! { <span class="chip">"archived "<When at=at /></span> })}
                <div class="actions">
                    {move || (archived.get().is_none() && may_start.get()).then(|| view! { <a class="btn primary" href=start()>"Start a run"</a> })}
                    <a class="btn" href=format!("/projects/{id}/runs")>"All runs"</a>
                </div>
            </PageHead>
            <Tabs id=id tab=tab may=may />
            {move || match tab.get() {
                Tab::Overview => view! {
                    <div class="project-columns">
                        <div class="stack">
                            <OpenGates gates=gates />
                            <RecentRuns id=id runs=runs may_start=may_start />
                        </div>
                        <section class="panel" aria-labelledby="settings">
                            <h2 id="settings">"Settings"</h2>
                            <Loaded query=project rows=6 let:data>
                                {move || view! { <Details project=data.get() /> }}
                            </Loaded>
                        </section>
                    </div>
                }
                .into_any(),
                Tab::Members => view! { <Members id=id may_manage=Signal::derive(move || may(Permission::ManageMembers)) /> }.into_any(),
                Tab::Settings => view! { <Edit id=id project=project may=Signal::derive(move || project.data.with(|project| project.as_ref().map(|project| project.permissions.clone()).unwrap_or_default())) /> }.into_any(),
            }}
        }
        .into_any()
    }
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Members,
    /// For whoever may change them.
    Settings,
}

impl Tab {
    /// The tab of an address; anything unknown is the overview.
    fn of_query(value: Option<&str>) -> Self {
        match value {
            Some("members") => Self::Members,
            Some("settings") => Self::Settings,
            Some(_) | None => Self::Overview,
        }
    }
}

#[component]
fn Tabs(
    id: ProjectId,
    tab: Memo<Tab>,
    may: impl Fn(Permission) -> bool + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let entry = move |of: Tab, query: &'static str, title: &'static str| {
        view! {
            <a href=format!("/projects/{id}{query}") data-noscroll="" aria-current=move || (tab.get() == of).then_some("page")>{title}</a>
        }
    };
    view! {
        <nav class="tabs" aria-label="Parts of the project">
            {entry(Tab::Overview, "", "Overview")}
            {entry(Tab::Members, "?tab=members", "Members")}
            {move || (may(Permission::ManageProjects) || may(Permission::ArchiveProjects))
                .then(|| entry(Tab::Settings, "?tab=settings", "Change settings"))}
        </nav>
    }
}

#[component]
fn Details(project: ProjectResponse) -> impl IntoView {
    let or_none = |value: Option<String>, none: &'static str| match value {
        Some(value) => view! { <code>{value}</code> }.into_any(),
        None => view! { <span class="muted">{none}</span> }.into_any(),
    };
    let tests = (!project.test_command.is_empty()).then(|| unsplit(&project.test_command));
    view! {
        <dl class="kv">
            <dt>"Repository"</dt><dd>{or_none(project.repository, "none: runs have no workspace")}</dd>
            <dt>"Default branch"</dt><dd><code>{project.default_branch}</code></dd>
            <dt>"Test command"</dt><dd>{or_none(tests, "none: test steps must name one")}</dd>
            <dt>"Agent"</dt><dd>{or_none(project.agent, "none: agent steps must name one")}</dd>
            <dt>"Credential"</dt><dd>{or_none(project.credential, "none")}</dd>
            <dt>"An approval"</dt>
            <dd>
                {mode_in_words(project.shipping.mode)}" "<code>{project.shipping.branch_pattern}</code>
                " at "<code>{project.shipping.remote}</code>
            </dd>
            <dt>"Your role"</dt>
            <dd>{role_name(project.role)}": "<span class="muted">{means(project.role)}</span></dd>
            <dt>"Created"</dt>
            <dd><When at=project.created_at />{project.created_by.name.map(|name| format!(" by {name}"))}</dd>
            <dt>"Changed"</dt><dd><When at=project.updated_at /></dd>
            <dt>"Id"</dt><dd><code>{project.id.to_string()}</code></dd>
        </dl>
    }
}

#[component]
fn RecentRuns(id: ProjectId, runs: Query<RunList>, may_start: Memo<bool>) -> impl IntoView {
    let ids = Memo::new(move |_| {
        runs.data.with(|list| list.iter().flat_map(|list| &list.items).map(|run| run.id).collect::<Vec<_>>())
    });
    let row = Callback::new(move |run: RunId| {
        runs.data.with(|list| list.as_ref()?.items.iter().find(|row| row.id == run).cloned())
    });
    let none = move || {
        let start = address("/workflows", [("project", id.to_string())]);
        view! {
            <Empty title="No runs yet.">
                {move || may_start.get().then(|| view! { <p><a href=start.clone()>"Start one"</a></p> })}
            </Empty>
        }
    };
    view! {
        <section class="panel" aria-labelledby="recent">
            <h2 id="recent">"Recent runs"</h2>
            <Loaded query=runs rows=5 let:_data>
                <Show when=move || ids.with(|ids| !ids.is_empty()) fallback=none>
                    <RunTable label="The newest runs" ids=ids row=row />
                </Show>
            </Loaded>
        </section>
    }
}

/// A gate that waits, and the run that waits at it.
#[derive(Debug, Clone, PartialEq)]
struct OpenGate {
    gate: ApprovalResponse,
    run: Option<RunResponse>,
}

async fn read_gates(api: ApiClient, id: ProjectId) -> Result<Vec<OpenGate>, Failure> {
    let open = ListApprovals {
        status: vec![ApprovalStatus::Pending, ApprovalStatus::Blocked],
        project_id: Some(id),
        limit: Some(200),
        ..ListApprovals::default()
    };
    let waiting = ListRuns {
        project_id: Some(id),
        status: vec![Status::AwaitingApproval],
        limit: Some(200),
        ..ListRuns::default()
    };
    let (gates, runs) = try_join(api.list_approvals(&open), api.list_runs(&waiting)).await?;
    let run_of = |gate: &ApprovalResponse| runs.items.iter().find(|run| run.id == gate.run_id).cloned();
    Ok(gates.items.into_iter().map(|gate| OpenGate { run: run_of(&gate), gate }).collect())
}

/// The gates of the project that wait; nothing where none does.
#[component]
fn OpenGates(gates: Query<Vec<OpenGate>>) -> impl IntoView {
    let open = Memo::new(move |_| gates.data.get().unwrap_or_default());
    let retry = Callback::new(move |()| gates.refetch());
    view! {
        {move || gates.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=retry /> })}
        <Show when=move || open.with(|open| !open.is_empty())>
            <section class="panel" aria-labelledby="gates">
                <h2 id="gates">"Waiting for a decision"</h2>
                <ul class="gates">
                    <For each=move || open.get() key=|open| (open.gate.id, open.gate.status, open.run.is_some()) let:open>
                        <Gate open=open />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Gate(open: OpenGate) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let OpenGate { gate, run } = open;
    let href = format!("/projects/{}/runs/{}", gate.project_id, gate.run_id);
    let name = run.map_or_else(|| gate.step.to_string(), |run| format!("#{} {}", run.number, title_of(&run)));
    let expires = gate.expires_at.map(|at| {
        view! { <span class="muted">"expires "<time datetime=at.to_string()>{move || clock.exact(at)}</time></span> }
    });
    view! {
        <li>
            {(gate.status == ApprovalStatus::Blocked).then(|| view! { <StatusBadge kind=StatusKind::Blocked /> })}
            <a href=href>{name}</a>
            <span class="muted">{gate.evidence.diff_summary.map(|diff| diff.text)}</span>
            <span class="muted">"for "<Elapsed start=gate.requested_at end=None /></span>
            {expires}
        </li>
    }
}
