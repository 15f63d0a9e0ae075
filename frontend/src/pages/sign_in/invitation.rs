//! Accepting an invitation: choosing the user name.

use super::link;
use crate::api::{Failure, use_api};
use crate::components::{Field, PageHead, ProblemPanel};
use domain::UserName;
use leptos::{ev, html, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::{AcceptInvitationRequest, ProblemCode};

/// What is wrong with the name that was typed.
const RULE: &str =
    "Use 2 to 40 lowercase letters, digits, dots, hyphens and underscores; begin with a letter or digit.";

/// Asks for the user name, and signs its new owner in.
#[component]
pub fn Accept(token: String, elsewhere: Callback<()>) -> impl IntoView {
    let api = use_api();
    let navigate = use_navigate();
    let name = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<Failure>);
    let is_spent = RwSignal::new(false);
    let working = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let refuse = move |text: String| {
        fault.set(Some(text));
        if let Some(field) = field.get_untracked() {
            // It is on the page: it takes the focus.
            let _ = field.focus();
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if working.get_untracked() {
            return;
        }
        failure.set(None);
        let Ok(name) = UserName::parse(name.get_untracked().trim()) else { return refuse(RULE.to_owned()) };
        fault.set(None);
        working.set(true);
        let navigate = navigate.clone();
        let body = AcceptInvitationRequest { token: token.clone(), name };
        spawn_local(async move {
            let Err(refused) = api.accept_invitation(&body).await else {
                return navigate("/", NavigateOptions { replace: true, ..Default::default() });
            };
            working.try_set(false);
            let at_name = refused.problem().and_then(|problem| {
                problem.errors.iter().find(|fault| fault.pointer == "/name").map(|fault| fault.detail.clone())
            });
            match (refused.code(), at_name) {
                (_, Some(detail)) => refuse(detail),
                (Some(ProblemCode::NameTaken), None) => {
                    refuse(format!(
                        "{} is taken. Choose another name; your invitation still works.",
                        body.name
                    ));
                }
                (Some(ProblemCode::OwnerLinkInvalid), None) => {
                    link::forget();
                    is_spent.set(true);
                }
                (_, None) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    let form = StoredValue::new_local(submit);
    move || {
        if is_spent.get() {
            return view! { <Spent elsewhere=elsewhere /> }.into_any();
        }
        view! {
            <PageHead title="Accept your invitation" />
            <p>"You were invited to work with this server. Choose the name that others know you by."</p>
            {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
            <form novalidate="" on:submit=move |event| form.with_value(|submit| submit(event))>
                <Field
                    id="user-name" label="User name" required=true fault=fault
                    hint="2 to 40 lowercase letters, digits, dots, hyphens and underscores. It stands beside everything that you do and cannot be changed later."
                >
                    <input
                        id="user-name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false"
                        aria-required="true" maxlength="60" node_ref=field aria-describedby="user-name-hint user-name-fault"
                        aria-invalid=move || fault.get().is_some().to_string() bind:value=name
                    />
                </Field>
                <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                    {move || if working.get() { "Signing in…" } else { "Accept and sign in" }}
                </button>
            </form>
            <p class="hint">"You need no password: this browser stays signed in. Make a sign-in link on your account page for another one."</p>
        }
        .into_any()
    }
}

/// The link does not work, or not any more.
#[component]
fn Spent(elsewhere: Callback<()>) -> impl IntoView {
    view! {
        <PageHead title="This invitation does not work any more" />
        <div class="problem" role="alert">
            <p class="problem-title">"It was used, withdrawn, or has expired"</p>
            <p>"An invitation works once, and only for some days."</p>
            <p class="remediation">
                "If you accepted it before, you have a user already: sign in by a sign-in link, which you or an admin can make. "
                "If not, ask whoever invited you for a new invitation."
            </p>
        </div>
        <p class="actions">
            <button type="button" class="btn" on:click=move |_| elsewhere.run(())>"Sign in by a link"</button>
        </p>
    }
}
