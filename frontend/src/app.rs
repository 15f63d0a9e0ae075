//! The app: what pages share, the routes, and the shell around them.

mod banner;
mod shell;

use crate::api::ApiClient;
use crate::pages::{
    approvals::ApprovalsPage, not_found::NotFoundPage, project::ProjectPage, projects::ProjectsPage,
    run::RunPage, runs::RunsPage, workflows::WorkflowsPage,
};
use crate::state::{Announcer, Busy, Clock, Live, Page, Settings, Visibility};
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Redirect, Route, Router};
use leptos_router::path;
use shell::Shell;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let api = ApiClient::new();
    let settings = Settings::new();
    let visibility = Visibility::new();
    provide_context(api);
    provide_context(settings);
    provide_context(visibility);
    provide_context(Clock::new(api, visibility, settings));
    provide_context(Page::new());
    provide_context(Busy::new());
    provide_context(Live::new());
    provide_context(Announcer::new());
    view! {
        <Router>
            <Shell>
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=|| view! { <Redirect path="/workflows" /> } />
                    <Route path=path!("/sign-in") view=|| view! { <Redirect path="/workflows" /> } />
                    <Route path=path!("/workflows") view=WorkflowsPage />
                    <Route path=path!("/projects") view=ProjectsPage />
                    <Route path=path!("/projects/:project") view=ProjectPage />
                    <Route path=path!("/projects/:project/runs") view=RunsPage />
                    <Route path=path!("/projects/:project/runs/:run") view=RunPage />
                    <Route path=path!("/approvals") view=ApprovalsPage />
                </FlatRoutes>
            </Shell>
        </Router>
    }
}
