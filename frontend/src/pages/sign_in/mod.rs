//! Signing in by a one-time link, and accepting an invitation.

mod invitation;
mod link;

use crate::api::{Access, Failure, use_api};
use crate::components::{Field, PageHead, ProblemPanel};
use invitation::Accept;
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use link::Link;
use wasm_bindgen_futures::spawn_local;

/// Where to go once somebody signed in; kept in the browser, since the link may open another tab.
const RETURN_TO: &str = "jido.return_to";

/// Remembers the page that somebody wanted before signing in.
pub fn remember(path: &str) {
    if path != "/sign-in"
        && let Ok(Some(storage)) = window().local_storage()
    {
        // Without storage the person lands on the first page.
        let _ = storage.set_item(RETURN_TO, path);
    }
}

fn remembered() -> String {
    let storage = window().local_storage().ok().flatten();
    let path = storage.as_ref().and_then(|storage| storage.get_item(RETURN_TO).ok().flatten());
    if let Some(storage) = storage {
        let _ = storage.remove_item(RETURN_TO);
    }
    path.filter(|path| path.starts_with('/') && !path.starts_with("//")).unwrap_or_else(|| "/".to_owned())
}

/// What the page asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asking {
    Link,
    UserName { invitation: String },
}

/// Spends the link that the address is, or one that is pasted.
#[component]
pub fn SignInPage() -> impl IntoView {
    let opened = link::of_address();
    let asking = RwSignal::new(Asking::Link);
    let token = match opened {
        Some(Link::Invitation(invitation)) => {
            // It stays in the address until it is spent: the page can be loaded again.
            asking.set(Asking::UserName { invitation });
            None
        }
        Some(Link::SignIn(token)) => {
            link::forget();
            Some(token)
        }
        None => None,
    };
    let token = StoredValue::new(token);
    let elsewhere = Callback::new(move |()| asking.set(Asking::Link));
    view! {
        <section class="sign-in">
            <p class="brand">"JidoCode Runs"</p>
            {move || match asking.get() {
                Asking::UserName { invitation } => {
                    view! { <Accept token=invitation elsewhere=elsewhere /> }.into_any()
                }
                Asking::Link => {
                    let token = token.try_update_value(Option::take).flatten();
                    view! { <ByLink token=token asking=asking /> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn ByLink(token: Option<String>, asking: RwSignal<Asking>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let failure = RwSignal::new(None::<Failure>);
    let working = RwSignal::new(false);
    let pasted = RwSignal::new(String::new());
    let nothing = RwSignal::new(false);
    let fault = Signal::derive(move || nothing.get().then(|| "Paste a link first.".to_owned()));
    let has_ended = api.access.with_untracked(|access| *access == Access::Ended) && token.is_none();
    let sign_in = Callback::new(move |token: String| {
        let navigate = navigate.clone();
        working.set(true);
        failure.set(None);
        spawn_local(async move {
            match api.sign_in_with_owner_link(&token).await {
                Ok(_) => navigate(
                    &remembered(),
                    leptos_router::NavigateOptions { replace: true, ..Default::default() },
                ),
                Err(refused) => {
                    failure.try_set(Some(refused));
                    working.try_set(false);
                }
            }
        });
    });
    if let Some(token) = token {
        sign_in.run(token);
    }
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let link = Link::of_text(&pasted.get());
        nothing.set(link.is_none());
        match link {
            Some(Link::SignIn(token)) => sign_in.run(token),
            Some(Link::Invitation(invitation)) => asking.set(Asking::UserName { invitation }),
            None => {}
        }
    };
    view! {
        <PageHead title="Sign in" />
        {has_ended.then(|| view! {
            <div class="banner" role="alert">
                <span>
                    <strong>"You were signed out. "</strong>
                    "This browser's session was ended: in your account, by an admin, or because it expired. "
                    "Sign in to go on where you were."
                </span>
            </div>
        })}
        <p>
            "Open a one-time link. Make one on the account page of a browser that is signed in, or ask an admin for one."
        </p>
        <p>
            "The owner's link comes from the server: it prints one on its first start, and "
            <code>"jido owner-link"</code>" makes another. Each works once and for 15 minutes."
        </p>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
        <form on:submit=submit>
            <Field id="link" label="One-time link" hint="If you have the link as text, paste it here. An invitation works too." fault=fault>
                <input
                    id="link" type="text" autocomplete="off" spellcheck="false" aria-describedby="link-hint link-fault"
                    aria-invalid=move || nothing.get().to_string() bind:value=pasted
                />
            </Field>
            <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                {move || if working.get() { "Signing in…" } else { "Sign in" }}
            </button>
        </form>
    }
}
