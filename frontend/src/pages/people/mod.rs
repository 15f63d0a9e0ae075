//! Everybody who signs in, and who may.

mod invitations;
mod invite;
mod users;

use crate::api::{ApiClient, Failure, use_api};
use crate::components::PageHead;
use crate::state::Query;
use domain::Permission;
use invitations::Invitations;
use invite::Invite;
use leptos::prelude::*;
use users::Users;
use wire::{InvitationResponse, PageQuery};

/// Everybody who signs in, for whoever may manage them.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let api = use_api();
    let may = Memo::new(move |_| api.may(Permission::ManageUsers));
    move || {
        if may.get() { view! { <People /> }.into_any() } else { view! { <NotForYou /> }.into_any() }
    }
}

#[component]
fn NotForYou() -> impl IntoView {
    view! {
        <PageHead title="People" />
        <p>"Only admins of the whole installation see and manage everybody who signs in."</p>
        <p>"Who may what on a project stands on "<a href="/projects">"the project's page"</a>"; what you may is on "<a href="/account">"your account page"</a>"."</p>
    }
}

#[component]
fn People() -> impl IntoView {
    let api = use_api();
    let invitations = Query::new(move || all_invitations(api));
    let inviting = RwSignal::new(false);
    view! {
        <PageHead title="People">
            <button
                type="button" class="btn primary" aria-expanded=move || inviting.get().to_string() aria-controls="invite"
                on:click=move |_| inviting.update(|inviting| *inviting = !*inviting)
            >"Invite somebody"</button>
        </PageHead>
        <div id="invite">
            <Show when=move || inviting.get()>
                <Invite
                    close=Callback::new(move |()| inviting.set(false))
                    made=Callback::new(move |()| invitations.refetch())
                />
            </Show>
        </div>
        <Users />
        <Invitations invitations=invitations />
    }
}

async fn all_invitations(api: ApiClient) -> Result<Vec<InvitationResponse>, Failure> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.list_invitations(&PageQuery { cursor, limit: Some(200) }).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}
