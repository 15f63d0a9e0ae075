//! The runs of one project.

mod feed;
mod filter;
mod filters;
mod listing;
mod more;
mod table;

pub use feed::follow_runs;
pub use table::{RunTable, title_of};

use super::not_found::NotFoundPage;
use crate::api::{ApiClient, Failure, RunPath, use_api};
use crate::components::{Empty, Loaded, PageHead, ProblemPanel};
use crate::pages::address::address;
use crate::state::{Announcer, Crumb, Live, Query};
use domain::{ProjectId, RunId};
use filter::RunFilter;
use filters::RunFilters;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use listing::{Listing, Newcomers};
use more::More;
use std::collections::BTreeSet;
use wasm_bindgen_futures::spawn_local;
use wire::{ListRuns, ProblemCode};

/// Scrolled less than this, in pixels, the top of the list is what somebody looks at.
const AT_TOP: f64 = 120.0;

/// The runs of one project.
#[component]
pub fn RunsPage() -> impl IntoView {
    let params = use_params_map();
    let project = Memo::new(move |_| ProjectId::parse(&params.with(|params| params.get("project"))?).ok());
    move || match project.get() {
        Some(project) => view! { <ProjectRuns id=project /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

#[component]
fn ProjectRuns(id: ProjectId) -> impl IntoView {
    let api = use_api();
    let project = Query::new(move || api.get_project(id));
    let missing = Memo::new(move |_| {
        project
            .failure
            .with(|failure| failure.as_ref().and_then(Failure::code) == Some(ProblemCode::NotFound))
    });
    let above = Signal::derive(move || {
        let name = project.data.with(|project| project.as_ref().map(|project| project.name.clone()));
        vec![
            Crumb::link("Projects", "/projects"),
            Crumb::link(name.unwrap_or_else(|| "…".to_owned()), format!("/projects/{id}")),
        ]
    });
    let start = move || address("/workflows", [("project", id.to_string())]);
    move || {
        if missing.get() {
            return view! { <NotFoundPage /> }.into_any();
        }
        view! {
            <PageHead title="Runs" above=above>
                <a class="btn" href=start()>"Start a run"</a>
            </PageHead>
            <RunsOf id=id />
        }
        .into_any()
    }
}

#[component]
fn RunsOf(id: ProjectId) -> impl IntoView {
    let api = use_api();
    let live = expect_context::<Live>();
    let announcer = expect_context::<Announcer>();
    let query = use_query_map();
    let parsed = Memo::new(move |_| {
        query.with(|query| RunFilter::parse(query.into_iter().map(|(k, v)| (k.as_ref(), v))))
    });
    let filter = Memo::new(move |_| parsed.get().0);
    let first = Query::new(move || {
        let filter = filter.get();
        async move { api.list_runs(&filter.request(id)).await.map(|page| (filter, page)) }
    });
    let listing = RwSignal::new(Listing::default());
    let more = More::new();
    let listed = StoredValue::new(None::<RunFilter>);
    Effect::new(move |_| {
        let Some((filter, page)) = first.data.get() else { return };
        if listed.get_value().as_ref() == Some(&filter) {
            let newcomers = newcomers();
            listing.update(|listing| listing.refresh(page, newcomers));
        } else {
            listed.set_value(Some(filter));
            more.failure.set(None);
            listing.set(Listing::new(page));
        }
    });
    Effect::new(move |_| live.true_at_ms.set(first.read_at_ms.get()));
    live.show(follow_runs(
        move |touched| {
            let touched: BTreeSet<RunId> = touched
                .into_iter()
                .filter(|touched| touched.project == id)
                .map(|touched| touched.run)
                .collect();
            if !touched.is_empty() {
                first.refetch();
                refresh_older(api, id, touched, listing, filter);
            }
        },
        move || first.refetch(),
    ));
    let ids =
        Memo::new(move |_| listing.with(|listing| listing.rows.iter().map(|row| row.id).collect::<Vec<_>>()));
    let row = Callback::new(move |run: RunId| listing.with(|listing| listing.row(run).cloned()));
    let held = Memo::new(move |_| listing.with(|listing| listing.held.len()));
    Effect::new(move |before: Option<usize>| {
        let count = held.get();
        if count > before.unwrap_or_default() {
            announcer.polite.set(new_runs(count));
        }
        count
    });
    let show_held = move |_| {
        listing.update(Listing::show_held);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    let ignored = move || {
        let ignored = parsed.with(|(_, ignored)| ignored.join(", "));
        (!ignored.is_empty()).then(|| view! { <p class="muted">"Ignored: "<code>{ignored}</code></p> })
    };
    let none = move || {
        if filter.with(RunFilter::is_empty) {
            let start = address("/workflows", [("project", id.to_string())]);
            return view! {
                <Empty title="No runs yet."><p><a href=start>"Start one"</a></p></Empty>
            }
            .into_any();
        }
        view! {
            <Empty title="No run matches.">
                <p><a class="btn" href=RunFilter::default().address(id) data-noscroll="">"Clear filters"</a></p>
            </Empty>
        }
        .into_any()
    };
    let is_empty = Memo::new(move |_| ids.with(Vec::is_empty) && held.get() == 0);
    let has_more = Memo::new(move |_| listing.with(|listing| listing.next_cursor.is_some()));
    let load_more = Callback::new(move |()| {
        let request = ListRuns {
            cursor: listing.with_untracked(|listing| listing.next_cursor.clone()),
            ..filter.get_untracked().request(id)
        };
        let asked = filter.get_untracked();
        more.load(api, request, move |page| {
            // Meanwhile other runs may have been asked for.
            if filter.get_untracked() == asked {
                listing.update(|listing| listing.append(page));
            }
        });
    });
    view! {
        <RunFilters project=id filter=filter />
        {ignored}
        <div class="pill-row">
            <Show when=move || { held.get() > 0 }>
                <button type="button" class="btn pill" on:click=show_held>{move || new_runs(held.get())}</button>
            </Show>
        </div>
        <Loaded query=first rows=8 let:_data>
            <Show when=move || !is_empty.get() fallback=none>
                <RunTable label="Runs" ids=ids row=row />
            </Show>
            <Show when=move || has_more.get()>
                <p class="actions">
                    <button
                        type="button" class="btn" aria-disabled=move || more.loading.get().to_string()
                        on:click=move |_| load_more.run(())
                    >
                        {move || if more.loading.get() { "Loading…" } else { "Load more" }}
                    </button>
                </p>
            </Show>
            {move || more.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=load_more /> })}
        </Loaded>
    }
}

/// Newcomers are shown at once to whoever looks at the top of the list.
fn newcomers() -> Newcomers {
    let scrolled = window().scroll_y().unwrap_or_default();
    if scrolled < AT_TOP { Newcomers::Show } else { Newcomers::Hold }
}

fn new_runs(count: usize) -> String {
    if count == 1 { "1 new run".to_owned() } else { format!("{count} new runs") }
}

/// Reads rows anew that the first page does not hold.
fn refresh_older(
    api: ApiClient,
    project: ProjectId,
    touched: BTreeSet<RunId>,
    listing: RwSignal<Listing>,
    filter: Memo<RunFilter>,
) {
    let older = listing.with_untracked(|listing| {
        let rows = listing.rows.iter().skip(filter::PAGE as usize).map(|row| row.id);
        rows.filter(|id| touched.contains(id)).collect::<Vec<_>>()
    });
    for run in older {
        spawn_local(async move {
            // A row that cannot be read stays as it was; the page's stream says when the server is gone.
            if let Ok(run) = api.get_run(RunPath { project, run }).await {
                listing.try_update(|listing| {
                    listing.update(run, |run| filter.with_untracked(|filter| filter.shows(run.status)));
                });
            }
        });
    }
}
