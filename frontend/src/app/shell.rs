//! What surrounds every page.

use super::banner::Banner;
use super::shortcuts::Shortcuts;
use crate::api::{Access, use_api};
use crate::pages::sign_in::{SignInPage, remember};
use crate::state::{Announcer, Busy, Inbox, Page, Query, Settings, Theme, Visibility, Zone};
use domain::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;
use wire::ListApprovals;

/// How often the number of open gates is read anew.
const COUNT_EVERY: Duration = Duration::from_secs(20);

/// Shows the page to whoever is signed in, and the way to sign in to everybody else.
#[component]
pub fn Shell(children: ChildrenFn) -> impl IntoView {
    let api = use_api();
    let announcer = expect_context::<Announcer>();
    let location = use_location();
    spawn_local(async move {
        if location.pathname.get_untracked() == "/sign-in" {
            // The link is about to be spent.
            api.access.set(Access::SignedOut);
        } else if api.get_session().await.is_err() {
            api.access.set(Access::SignedOut);
        }
    });
    Effect::new(move |_| {
        if matches!(api.access.get(), Access::SignedOut | Access::Ended) {
            let query = location.search.get_untracked();
            let separator = if query.is_empty() { "" } else { "?" };
            remember(&format!("{}{separator}{query}", location.pathname.get_untracked()));
        }
    });
    let signed_in = Memo::new(move |_| match api.access.get() {
        Access::Unknown => None,
        Access::SignedIn(_) => Some(true),
        Access::SignedOut | Access::Ended => Some(false),
    });
    view! {
        {move || match signed_in.get() {
            None => view! { <p class="boot">"Loading…"</p> }.into_any(),
            Some(false) => view! { <main id="main" aria-busy="false" class="alone"><SignInPage /></main> }.into_any(),
            Some(true) => view! { <SignedIn children=children.clone() /> }.into_any(),
        }}
        <div class="visually-hidden" aria-live="polite">{announcer.polite}</div>
        <div class="visually-hidden" aria-live="assertive">{announcer.assertive}</div>
    }
}

#[component]
fn SignedIn(children: ChildrenFn) -> impl IntoView {
    let busy = expect_context::<Busy>();
    let api = use_api();
    let open = Query::new(move || async move {
        let query = ListApprovals {
            status: vec![
                domain::approval::ApprovalStatus::Pending,
                domain::approval::ApprovalStatus::Blocked,
            ],
            limit: Some(200),
            ..ListApprovals::default()
        };
        api.list_approvals(&query).await
    });
    let inbox = Inbox { open };
    provide_context(inbox);
    let visibility = expect_context::<Visibility>();
    if let Ok(handle) = set_interval_with_handle(
        move || {
            if visibility.visible.get_untracked() {
                open.refetch();
            }
        },
        COUNT_EVERY,
    ) {
        on_cleanup(move || handle.clear());
    }
    view! {
        <a class="skip" href="#main">"Skip to the page"</a>
        <div class="shell">
            <TopBar />
            <Rail />
            <main id="main" tabindex="-1" aria-busy=move || (busy.0.get() > 0).to_string()>
                <Banner />
                {children()}
            </main>
        </div>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let page = expect_context::<Page>();
    let keys = RwSignal::new(false);
    let api = use_api();
    let name = move || api.session().map(|session| session.name).unwrap_or_default();
    let sign_out = move |_| {
        spawn_local(async move {
            // Whatever the server says, this browser is asked to sign in again.
            if api.delete_session().await.is_err() {
                api.access.set(Access::SignedOut);
            }
        });
    };
    view! {
        <header class="topbar">
            <a class="brand" href="/">"JidoCode Runs"</a>
            <nav class="crumbs" aria-label="Breadcrumb">
                <ol>
                    {move || page.crumbs.get().into_iter().map(|crumb| match crumb.href {
                        Some(href) => view! { <li><a href=href>{crumb.text}</a></li> }.into_any(),
                        None => view! { <li aria-current="page">{crumb.text}</li> }.into_any(),
                    }).collect_view()}
                </ol>
            </nav>
            <details class="menu">
                <summary>{name}</summary>
                <div class="menu-content">
                    <p><a href="/account">"Your account"</a></p>
                    <button type="button" class="btn" on:click=move |_| keys.set(true)>"Keys"</button>
                    <Choices />
                    <p><a href="/docs/" target="_blank" rel="noreferrer">"REST interface"</a></p>
                    <button type="button" class="btn" on:click=sign_out>"Sign out"</button>
                </div>
            </details>
        </header>
        <Shortcuts open=keys />
    }
}

#[component]
fn Choices() -> impl IntoView {
    let Settings { theme, zone } = expect_context();
    let themes = [(Theme::System, "As the system"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    let zones = [(Zone::Local, "Local time"), (Zone::Utc, "UTC")];
    view! {
        <fieldset class="choices">
            <legend>"Colours"</legend>
            {themes.map(|(value, text)| view! {
                <label>
                    <input type="radio" name="theme" prop:checked=move || theme.get() == value on:change=move |_| theme.set(value) />
                    {text}
                </label>
            })}
        </fieldset>
        <fieldset class="choices">
            <legend>"Times"</legend>
            {zones.map(|(value, text)| view! {
                <label>
                    <input type="radio" name="zone" prop:checked=move || zone.get() == value on:change=move |_| zone.set(value) />
                    {text}
                </label>
            })}
        </fieldset>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let location = use_location();
    let inbox = expect_context::<Inbox>();
    let api = use_api();
    let current = move |prefix: &'static str| {
        let path = location.pathname.get();
        let here = path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        here.then_some("page")
    };
    let current = StoredValue::new_local(current);
    let entry = move |href: &'static str, text: &'static str| {
        view! { <a href=href aria-current=move || current.with_value(|current| current(href))>{text}</a> }
    };
    let count = move || match inbox.count() {
        0 => None,
        count => {
            Some(view! { <span class="count">{count}<span class="visually-hidden">" waiting"</span></span> })
        }
    };
    view! {
        <nav class="rail" aria-label="Main">
            <a href="/approvals" aria-current=move || current.with_value(|current| current("/approvals"))>
                "Approvals "{count}
            </a>
            {entry("/projects", "Projects")}
            {entry("/workflows", "Workflows")}
            {move || api.may(Permission::ManageUsers).then(|| entry("/people", "People"))}
        </nav>
    }
}
