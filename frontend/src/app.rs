//! The app: what pages share, the routes, and the shell around them.

mod banner;
mod later;
mod parts;
mod shell;
mod shortcuts;

use crate::api::ApiClient;
use crate::pages::not_found::NotFoundPage;
use crate::state::{Announcer, Busy, Clock, Live, Page, Settings, Visibility};
use later::later;
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
                    <Route path=path!("/workflows") view=|| later(parts::workflows) />
                    <Route path=path!("/projects") view=|| later(parts::projects) />
                    <Route path=path!("/projects/:project") view=|| later(parts::project) />
                    <Route path=path!("/projects/:project/runs") view=|| later(parts::runs) />
                    <Route path=path!("/projects/:project/runs/:run") view=|| later(parts::run) />
                    <Route path=path!("/account") view=|| later(parts::account) />
                    <Route path=path!("/people") view=|| later(parts::people) />
                    <Route path=path!("/approvals") view=|| later(parts::approvals) />
                </FlatRoutes>
            </Shell>
        </Router>
    }
}
