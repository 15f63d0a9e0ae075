//! Signing in by a one-time link.

use crate::api::{Failure, use_api};
use crate::components::{Field, PageHead, ProblemPanel};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
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

/// Spends the token in the address, or one that is pasted.
#[component]
pub fn SignInPage() -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let failure = RwSignal::new(None::<Failure>);
    let working = RwSignal::new(false);
    let pasted = RwSignal::new(String::new());
    let nothing = RwSignal::new(false);
    let fault = Signal::derive(move || nothing.get().then(|| "Paste a link first.".to_owned()));
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
    if let Some(token) = token_of_address() {
        sign_in.run(token);
    }
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = pasted.get();
        let token = token_of(&text).unwrap_or_else(|| text.trim().to_owned());
        nothing.set(token.is_empty());
        if !token.is_empty() {
            sign_in.run(token);
        }
    };
    view! {
        <section class="sign-in">
            <p class="brand">"JidoCode Runs"</p>
            <PageHead title="Sign in" />
            <p>
                "Open a one-time link. The server prints one on its first start; "
                <code>"jido owner-link"</code>" makes another. It works once and for 15 minutes."
            </p>
            {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
            <form on:submit=submit>
                <Field id="link" label="One-time link" hint="If you have the link as text, paste it here." fault=fault>
                    <input
                        id="link" type="text" autocomplete="off" spellcheck="false" aria-describedby="link-hint link-fault"
                        aria-invalid=move || nothing.get().to_string() bind:value=pasted
                    />
                </Field>
                <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                    {move || if working.get() { "Signing in…" } else { "Sign in" }}
                </button>
            </form>
        </section>
    }
}

/// The token of this page's address, which is removed from it: it must not stay in the history.
fn token_of_address() -> Option<String> {
    let token = token_of(&window().location().hash().ok()?)?;
    if let Ok(history) = window().history() {
        // The address keeps a spent token at worst.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("/sign-in"));
    }
    Some(token)
}

/// The token in a link such as `http://host/sign-in#token=abc`.
fn token_of(link: &str) -> Option<String> {
    let (_, token) = link.split_once("#token=")?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::token_of;
    use test_case::test_case;

    #[test_case("http://127.0.0.1:8700/sign-in#token=abc \n", Some("abc"))]
    #[test_case("#token=abc", Some("abc"))]
    #[test_case("#token=", None)]
    #[test_case("abc", None)]
    fn the_token_is_read_from_a_link(link: &str, expected: Option<&str>) {
        assert_eq!(token_of(link).as_deref(), expected);
    }
}
