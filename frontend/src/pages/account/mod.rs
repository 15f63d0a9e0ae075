//! One's own account: who one is, sessions, tokens.

mod new_token;
mod scopes;
mod sessions;
mod tokens;

use crate::api::use_api;
use crate::components::{At, PageHead, ProblemPanel, Secret};
use crate::people::{role_name, within_installation};
use leptos::prelude::*;
use sessions::Sessions;
use tokens::Tokens;
use wasm_bindgen_futures::spawn_local;
use wire::{SessionResponse, SignInLinkResponse};

/// One's own account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let api = use_api();
    view! {
        <PageHead title="Your account" />
        {move || api.session().map(|session| view! { <Who session=session /> })}
        <Sessions />
        <Tokens />
    }
}

#[component]
fn Who(session: SessionResponse) -> impl IntoView {
    let role = match (session.is_owner, session.role) {
        (true, _) => "Owner: may do everything on every project.".to_owned(),
        (false, Some(role)) => format!("{}: {}.", role_name(role), within_installation(role)),
        (false, None) => {
            "No role on the whole installation: each project's page says your role there.".to_owned()
        }
    };
    let id = session.user_id;
    view! {
        <section class="panel" aria-labelledby="who">
            <h2 id="who">"Who you are"</h2>
            <dl class="kv">
                <dt>"User name"</dt><dd><strong>{session.name}</strong></dd>
                <dt>"Role"</dt><dd>{role}</dd>
                {session.expires_at.map(|at| view! {
                    <dt>"Signed in until"</dt><dd><At at=at /></dd>
                })}
            </dl>
            <OtherBrowser id=id />
        </section>
    }
}

/// Makes a link that signs this person in elsewhere.
#[component]
fn OtherBrowser(id: domain::UserId) -> impl IntoView {
    let api = use_api();
    let made = RwSignal::new(None::<SignInLinkResponse>);
    let failure = RwSignal::new(None);
    let working = RwSignal::new(false);
    let make = move |_| {
        if working.get_untracked() {
            return;
        }
        working.set(true);
        failure.set(None);
        spawn_local(async move {
            match api.create_sign_in_link(id).await {
                Ok(link) => made.try_set(Some(link)).map(|_| ()),
                Err(refused) => failure.try_set(Some(refused)).map(|_| ()),
            };
            working.try_set(false);
        });
    };
    view! {
        <div class="stack">
            <h3>"Another browser"</h3>
            <p>"A sign-in link opens a session in another browser, as you. It works once; whoever has it first is you."</p>
            {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
            {move || made.get().map(|link| {
                let at = link.expires_at;
                view! {
                    <Secret id="own-link" label="Sign-in link" hint="Open it in the other browser. It is shown this once." text=link.url>
                        <p class="hint">"It works until "<At at=at />"."</p>
                    </Secret>
                }
            })}
            <p class="actions">
                <button type="button" class="btn" aria-disabled=move || working.get().to_string() on:click=make>
                    {move || if made.with(Option::is_some) { "Make another link" } else { "Make a sign-in link" }}
                </button>
            </p>
        </div>
    }
}
