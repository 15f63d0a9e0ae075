//! The form that makes a token.

use super::scopes::{Limit, TokenDraft};
use crate::api::use_api;
use crate::components::{FaultSummary, Field, ProblemPanel, Secret};
use crate::form::{Marks, Place, element_id};
use crate::pages::projects::all_projects;
use crate::pages::submission::Submission;
use crate::people::permission_in_words;
use crate::state::Query;
use domain::{Permission, ProjectId};
use leptos::{ev, html, prelude::*};
use wasm_bindgen_futures::spawn_local;
use wire::CreatedTokenResponse;

/// Asks what the token is for and limited to; then shows its secret, once.
#[component]
pub fn NewToken(close: Callback<()>, made: Callback<()>) -> impl IntoView {
    let secret = RwSignal::new(None::<CreatedTokenResponse>);
    move || match secret.get() {
        Some(token) => view! { <Made token=token close=close /> }.into_any(),
        None => view! { <TokenForm secret=secret close=close made=made /> }.into_any(),
    }
}

#[component]
fn Made(token: CreatedTokenResponse, close: Callback<()>) -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    let command = format!(
        "export JIDO_TOKEN='{}'\ncurl --fail-with-body '{origin}/api/v1/session' \\\n  --header \"Authorization: Bearer $JIDO_TOKEN\"",
        token.secret
    );
    let copied = command.clone();
    view! {
        <div class="panel stack">
            <Secret
                id="token-secret" label=format!("The token {}", token.token.name)
                hint="Copy it now: the server keeps no readable copy, and it is not shown again." text=token.secret
            >
                <p>"Try it:"</p>
                <pre class="code" tabindex="0"><code>{command}</code></pre>
            </Secret>
            <p class="actions">
                <button type="button" class="btn primary" on:click=move |_| close.run(())>"I have copied it"</button>
                <crate::components::Copy text=copied label="Copy the example" />
            </p>
        </div>
    }
}

fn places() -> Vec<Place> {
    [
        ("/name", "Name"),
        ("/expires_in_days", "Ends after"),
        ("/scopes", "What it may do"),
        ("/project_ids", "Projects"),
    ]
    .map(|(pointer, label)| Place::new(pointer, label))
    .to_vec()
}

#[component]
fn TokenForm(
    secret: RwSignal<Option<CreatedTokenResponse>>,
    close: Callback<()>,
    made: Callback<()>,
) -> impl IntoView {
    let api = use_api();
    let draft = RwSignal::new(TokenDraft { days: "90".to_owned(), ..TokenDraft::default() });
    let submission = Submission::new();
    let marks = Memo::new(move |_| submission.faults.with(|faults| Marks::new(faults, &places())));
    let check = move || {
        let (request, faults) = draft.with_untracked(TokenDraft::check);
        let body = serde_json::to_value(&request).unwrap_or_default();
        (request, body, faults)
    };
    let send = Callback::new(move |()| {
        let (request, body, faults) = check();
        if submission.begin("/tokens", &body, faults).is_none() {
            return;
        }
        spawn_local(async move {
            let result = api.create_token(&request).await;
            if let Some(token) = submission.end(&body, result) {
                made.run(());
                secret.set(Some(token));
            }
        });
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send.run(());
    };
    let (leave, press) = submission.reviewing(move || {
        let (_, body, faults) = check();
        (body, faults)
    });
    let first = NodeRef::<html::Input>::new();
    first.on_load(|first| {
        // The form was just opened: its first field takes the focus.
        let _ = first.focus();
    });
    let fault = move |pointer: &'static str| {
        Signal::derive(move || marks.with(|marks| marks.at.get(pointer).cloned()))
    };
    let (name, days) = (element_id("/name"), element_id("/expires_in_days"));
    view! {
        <form class="panel form" novalidate="" aria-labelledby="new-token-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h3 id="new-token-title">"New token"</h3>
            <FaultSummary marks=marks shown=submission.stopped />
            <div class="form-grid">
                <Field id=name.clone() label="Name" hint="What uses it, such as the name of a pipeline." required=true fault=fault("/name")>
                    <input
                        id=name.clone() type="text" autocomplete="off" node_ref=first aria-required="true"
                        aria-describedby=format!("{name}-hint {name}-fault")
                        aria-invalid=move || fault("/name").get().is_some().to_string()
                        on:input=move |event| draft.update(|draft| draft.name = event_target_value(&event))
                    />
                </Field>
                <Field id=days.clone() label="Ends after" hint="Days, at most 3650. Empty: it never ends." fault=fault("/expires_in_days")>
                    <input
                        id=days.clone() type="text" inputmode="numeric" class="short" autocomplete="off" value="90"
                        aria-describedby=format!("{days}-hint {days}-fault")
                        aria-invalid=move || fault("/expires_in_days").get().is_some().to_string()
                        on:input=move |event| draft.update(|draft| draft.days = event_target_value(&event))
                    />
                </Field>
            </div>
            <Scopes draft=draft fault=fault("/scopes") />
            <Reach draft=draft fault=fault("/project_ids") />
            {move || submission.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> })}
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || submission.working.get().to_string()>
                    {move || if submission.working.get() { "Making…" } else { "Make the token" }}
                </button>
                <button type="button" class="btn quiet" on:click=move |_| close.run(())>"Cancel"</button>
            </p>
        </form>
    }
}

/// Two ways: nothing is held back, or what is chosen.
fn choice(
    name: &'static str,
    draft: RwSignal<TokenDraft>,
    at: fn(&mut TokenDraft) -> &mut Limit,
    texts: [(Limit, &'static str); 2],
) -> impl IntoView {
    let is = move |limit: Limit| draft.with(|draft| *at(&mut draft.clone()) == limit);
    let radio = move |(limit, text): (Limit, &'static str)| {
        view! {
            <label class="choice">
                <input
                    type="radio" name=name prop:checked=move || is(limit)
                    on:change=move |_| draft.update(|draft| *at(draft) = limit)
                />
                {text}
            </label>
        }
    };
    view! { <div class="choices-row">{texts.map(radio)}</div> }
}

fn toggle<T: PartialEq>(chosen: &mut Vec<T>, value: T) {
    match chosen.iter().position(|other| *other == value) {
        Some(index) => {
            chosen.remove(index);
        }
        None => chosen.push(value),
    }
}

#[component]
fn Scopes(draft: RwSignal<TokenDraft>, fault: Signal<Option<String>>) -> impl IntoView {
    let api = use_api();
    let own: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|it| untrack(|| api.may(*it))).collect();
    let own = StoredValue::new(own);
    let is_limited = Memo::new(move |_| draft.with(|draft| draft.limit == Limit::Chosen));
    let tick = move |permission: Permission| {
        view! {
            <label class="choice">
                <input
                    type="checkbox" value=permission.as_str()
                    prop:checked=move || draft.with(|draft| draft.scopes.contains(&permission))
                    on:change=move |_| draft.update(|draft| toggle(&mut draft.scopes, permission))
                />
                <span>{permission_in_words(permission)}" "<code class="muted">{permission.as_str()}</code></span>
            </label>
        }
    };
    view! {
        <fieldset class="group" id=element_id("/scopes") tabindex="-1" data-invalid=move || fault.get().is_some().to_string()>
            <legend>"What it may do"</legend>
            {choice("token-limit", draft, |draft| &mut draft.limit, [
                (Limit::Nothing, "Everything that you may"), (Limit::Chosen, "Only what is chosen here"),
            ])}
            <Show when=move || is_limited.get()>
                <div class="ticks">{own.get_value().into_iter().map(tick).collect_view()}</div>
            </Show>
            <p class="fault">{fault}</p>
        </fieldset>
    }
}

#[component]
fn Reach(draft: RwSignal<TokenDraft>, fault: Signal<Option<String>>) -> impl IntoView {
    let api = use_api();
    let is_limited = Memo::new(move |_| draft.with(|draft| draft.reach == Limit::Chosen));
    let tick = move |id: ProjectId, name: String| {
        view! {
            <label class="choice">
                <input
                    type="checkbox" prop:checked=move || draft.with(|draft| draft.projects.contains(&id))
                    on:change=move |_| draft.update(|draft| toggle(&mut draft.projects, id))
                />
                {name}
            </label>
        }
    };
    let list = move || {
        let projects = Query::new(move || all_projects(api));
        view! {
            <crate::components::Loaded query=projects rows=2 let:projects>
                <div class="ticks">
                    {move || projects.get().into_iter().map(|project| tick(project.id, project.name)).collect_view()}
                </div>
            </crate::components::Loaded>
        }
    };
    view! {
        <fieldset class="group" id=element_id("/project_ids") tabindex="-1" data-invalid=move || fault.get().is_some().to_string()>
            <legend>"Projects"</legend>
            {choice("token-reach", draft, |draft| &mut draft.reach, [
                (Limit::Nothing, "All that you can reach, and the installation"), (Limit::Chosen, "Only these projects"),
            ])}
            <Show when=move || is_limited.get()>{list()}</Show>
            <p class="fault">{fault}</p>
        </fieldset>
    }
}
