//! All projects.

mod activity;
mod form;
mod new;
mod table;

use crate::api::{ApiClient, Failure, use_api};
use crate::components::{Empty, Loaded, PageHead};
use crate::pages::runs::follow_runs;
use crate::state::{Live, Query};
use activity::{Activity, activity_of};
use domain::run::Status;
use domain::{Permission, ProjectId};
pub use form::ProjectFields;
use futures_util::future::try_join;
use leptos::prelude::*;
use new::NewProject;
use std::collections::BTreeMap;
use table::ProjectTable;
pub use table::mode_in_words;
use wire::{ArchivedFilter, ListProjects, ListRuns, ProjectResponse};

/// All projects.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    let api = use_api();
    let live = expect_context::<Live>();
    let projects = Query::new(move || all_projects(api));
    let activity = Query::new(move || read_activity(api));
    Effect::new(move |_| live.true_at_ms.set(activity.read_at_ms.get()));
    live.show(follow_runs(move |_| activity.refetch(), move || activity.refetch()));
    let adding = RwSignal::new(false);
    let activities = Signal::derive(move || activity.data.get());
    view! {
        <PageHead title="Projects">
            {move || api.may(Permission::CreateProjects).then(|| view! {
                <button
                    type="button" class="btn" aria-expanded=move || adding.get().to_string() aria-controls="new-project"
                    on:click=move |_| adding.update(|adding| *adding = !*adding)
                >"New project"</button>
            })}
        </PageHead>
        <div id="new-project">
            <Show when=move || adding.get()>
                <NewProject cancel=Callback::new(move |()| adding.set(false)) />
            </Show>
        </div>
        <Loaded query=projects rows=5 let:list>
            <Show
                when=move || list.with(|list| !list.is_empty())
                fallback=move || if api.may(Permission::CreateProjects) {
                    view! { <NoProject adding=adding /> }.into_any()
                } else {
                    view! {
                        <Empty title="No project that you can see.">
                            <p>"Ask an admin for a role on a project: then it stands here."</p>
                        </Empty>
                    }.into_any()
                }
            >
                <ProjectTable projects=list activities=activities />
            </Show>
        </Loaded>
    }
}

#[component]
fn NoProject(adding: RwSignal<bool>) -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    let command = format!(
        "curl --fail-with-body '{origin}/api/v1/projects' \\\n  --header \"Authorization: Bearer $JIDO_TOKEN\" \\\n  \
         --header 'Content-Type: application/json' \\\n  \
         --data-raw '{{ \"name\": \"parser\", \"repository\": \"https://git.example/team/parser.git\", \"test_command\": [\"cargo\", \"test\"] }}'"
    );
    view! {
        <Empty title="No project yet.">
            <p>"A project names a git repository and how its tests run. Runs clone it; nothing is changed in it before an approval."</p>
            <p>
                <button type="button" class="btn primary" on:click=move |_| adding.set(true)>"New project"</button>
            </p>
            <details>
                <summary>"From a shell"</summary>
                <p>"With a token that "<code>"jido token create --name me --data ./data"</code>" makes:"</p>
                <pre class="code" tabindex="0"><code>{command}</code></pre>
            </details>
        </Empty>
    }
}

/// Every project, page by page.
pub async fn all_projects(api: ApiClient) -> Result<Vec<ProjectResponse>, Failure> {
    let mut projects = Vec::new();
    let mut cursor = None;
    loop {
        let page = api
            .list_projects(&ListProjects {
                name: None,
                archived: Some(ArchivedFilter::Include),
                cursor,
                limit: Some(200),
            })
            .await?;
        projects.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(projects);
        }
    }
}

/// The newest runs and those that are not over: two readings, however many projects there are.
async fn read_activity(api: ApiClient) -> Result<BTreeMap<ProjectId, Activity>, Failure> {
    let newest = ListRuns { limit: Some(200), ..ListRuns::default() };
    let open = ListRuns {
        status: vec![Status::Pending, Status::Running, Status::AwaitingApproval],
        ..newest.clone()
    };
    let (newest, open) = try_join(api.list_runs(&newest), api.list_runs(&open)).await?;
    Ok(activity_of(&newest.items, &open.items))
}
