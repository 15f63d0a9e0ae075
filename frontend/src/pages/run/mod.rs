//! One run: how it stands, what it did, and what a person can do about it.

mod actions;
mod artifacts;
mod attempt;
mod decisions;
mod diagnostics;
mod facts;
mod failure;
mod follow;
mod history;
mod inputs;
mod lineage;
mod log;
mod retry;
mod selection;
mod shipped;
mod step_retry;
mod timeline;
mod view;
mod words;

pub use view::RunView;

use crate::api::{RunPath, use_api};
use crate::approval::{ApprovalPanel, Arrival};
use crate::components::{Loaded, PageHead, StatusBadge, StatusKind};
use crate::pages::not_found::NotFoundPage;
use crate::state::{Announcer, Crumb, Query};
use domain::{ProjectId, RunId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use selection::Tab;
use wire::{ProblemCode, RunResponse};

/// One run. Another run in the address makes everything anew.
#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let path = Memo::new(move |_| {
        params.with(|params| {
            let project = ProjectId::parse(params.get_str("project")?).ok()?;
            let run = RunId::parse(params.get_str("run")?).ok()?;
            Some(RunPath { project, run })
        })
    });
    move || match path.get() {
        Some(path) => view! { <OpenRun path=path /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn OpenRun(path: RunPath) -> impl IntoView {
    let view = RunView::new(path);
    provide_context(view);
    follow::follow(view);
    announce(view);
    let is_missing = Memo::new(move |_| {
        view.run.data.with(Option::is_none)
            && view.run.failure.with(|failure| {
                failure.as_ref().and_then(crate::api::Failure::code) == Some(ProblemCode::NotFound)
            })
    });
    move || {
        if is_missing.get() {
            view! { <Missing path=path /> }.into_any()
        } else {
            view! { <Present view=view /> }.into_any()
        }
    }
}

/// Says a change of status once, in words; what the run looked like at first needs no announcement.
fn announce(view: RunView) {
    let announcer = expect_context::<Announcer>();
    let now = Memo::new(move |_| view.run.data.with(|run| run.as_ref().map(|run| (run.number, run.status))));
    Effect::new(move |before: Option<Option<(i64, domain::run::Status)>>| {
        let now = now.get();
        if let (Some(Some(before)), Some((number, status))) = (before, now)
            && before != (number, status)
        {
            announcer.polite.set(format!("Run {number}: {}", words::of_status(status)));
        }
        now
    });
}

#[component]
fn Missing(path: RunPath) -> impl IntoView {
    view! {
        <PageHead title="There is no such run" />
        <p>"This project has no run with that identifier. The address may be mistyped, the run may belong to another project or server, or you may not see it."</p>
        <p><a href=format!("/projects/{}/runs", path.project)>"The project's runs"</a></p>
    }
}

/// `#3 Mend the parser`; without a title of its own a run goes by its workflow.
fn title(run: &RunResponse) -> String {
    let name = run.title.clone().unwrap_or_else(|| run.workflow.name.to_string());
    format!("#{} {name}", run.number)
}

#[component]
fn Present(view: RunView) -> impl IntoView {
    let api = use_api();
    let RunPath { project, .. } = view.path;
    let owner = Query::new(move || async move { api.get_project(project).await });
    let known = move |read: fn(&RunResponse) -> String| {
        Memo::new(move |_| view.run.data.with(|run| run.as_ref().map_or_else(|| "Run".to_owned(), read)))
    };
    let heading = known(title);
    let tab = known(|run| format!("{} · {}", words::of_status(run.status), title(run)));
    let project_name = Memo::new(move |_| {
        owner
            .data
            .with(|found| found.as_ref().map_or_else(|| "Project".to_owned(), |found| found.name.clone()))
    });
    let above = Signal::derive(move || {
        vec![
            Crumb::link("Projects", "/projects"),
            Crumb::link(project_name.get(), format!("/projects/{project}")),
            Crumb::link("Runs", format!("/projects/{project}/runs")),
        ]
    });
    let status =
        Memo::new(move |_| view.run.data.with(|run| run.as_ref().map(|run| StatusKind::from(run.status))));
    view! {
        <PageHead title=heading tab=tab above=above>
            {move || status.get().map(|status| view! { <StatusBadge kind=status /> })}
            <actions::Actions view=view />
        </PageHead>
        <Loaded query=view.run rows=6 let:run>
            <Content view=view run=run project_name=project_name />
        </Loaded>
    }
}

#[component]
fn Content(view: RunView, run: Signal<RunResponse>, project_name: Memo<String>) -> impl IntoView {
    let gate = Memo::new(move |_| run.with(|run| run.approval.as_ref().map(|approval| approval.id)));
    let shown = StoredValue::new(None);
    view! {
        <div class="run">
            <facts::Facts view=view run=run project_name=project_name />
            <failure::FailurePanel view=view run=run />
            <diagnostics::LostEvents view=view run=run />
            <step_retry::StepRetryDialog view=view />
            <shipped::Shipped view=view />
            {move || gate.get().map(|gate| {
                // A gate that opens in another's place goes on where that one left its reader.
                let arrival = if shown.get_value().is_some() { Arrival::InPlaceOfAnother } else { Arrival::WithThePage };
                shown.set_value(Some(gate));
                view! {
                    <ApprovalPanel
                        run=run approval=gate events_seen=view.changed.into() on_change=view.on_change()
                        arrival=arrival
                    />
                }
            })}
            <Tabs view=view run=run />
            {move || match view.tab.get() {
                Tab::Timeline => view! { <timeline::TimelineTab view=view run=run /> }.into_any(),
                Tab::Decisions => view! { <decisions::Decisions view=view /> }.into_any(),
                Tab::Artifacts => view! { <artifacts::Artifacts view=view /> }.into_any(),
                Tab::Inputs => view! { <inputs::Inputs run=run /> }.into_any(),
                Tab::Lineage => view! { <lineage::Lineage view=view /> }.into_any(),
                Tab::Diagnostics => view! { <diagnostics::Diagnostics view=view /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Tabs(view: RunView, run: Signal<RunResponse>) -> impl IntoView {
    let troubles =
        Memo::new(move |_| run.with(|run| run.diagnostics.event_channel + run.diagnostics.approval_context));
    let page = view.page();
    view! {
        <nav class="tabs" aria-label="Parts of the run">
            {Tab::ALL.map(|tab| view! {
                <a
                    href=tab.href(&page)
                    data-noscroll=""
                    aria-current=move || (view.tab.get() == tab).then_some("page")
                >
                    {tab.title()}
                    {move || (tab == Tab::Diagnostics && troubles.get() > 0)
                        .then(|| view! { <span class="count">{troubles}</span> })}
                </a>
            })}
        </nav>
    }
}
