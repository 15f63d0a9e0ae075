//! One's own API tokens.

use super::new_token::NewToken;
use super::scopes;
use crate::api::{ApiClient, Failure, use_api};
use crate::components::{Act, At, Confirm, Empty, Loaded, Question, When};
use crate::pages::projects::all_projects;
use crate::people::permission_in_words;
use crate::state::Query;
use crate::text::visible;
use domain::ProjectId;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wire::{TokenList, TokenResponse};

/// The tokens that work, newest first, and those that do not.
#[component]
pub fn Tokens() -> impl IntoView {
    let api = use_api();
    let tokens = Query::new(move || api.list_tokens());
    let projects = Query::new(move || names(api));
    let asked = RwSignal::new_local(None);
    let adding = RwSignal::new(false);
    let revoke = Callback::new(move |token: TokenResponse| {
        asked.set(Some(Question {
            title: format!("Revoke the token {}?", visible::shown(&token.name)),
            consequence: "Whatever uses it is refused from now on. A revoked token never works again."
                .to_owned(),
            button: "Revoke the token",
            done: "The token was revoked".to_owned(),
            act: Act::new(move || async move {
                api.revoke_token(token.id).await?;
                tokens.refetch();
                Ok(())
            }),
        }));
    });
    let made = Callback::new(move |()| tokens.refetch());
    view! {
        <section class="panel" aria-labelledby="tokens">
            <div class="panel-head">
                <h2 id="tokens">"API tokens"</h2>
                <button
                    type="button" class="btn" aria-expanded=move || adding.get().to_string() aria-controls="new-token"
                    on:click=move |_| adding.update(|adding| *adding = !*adding)
                >"New token"</button>
            </div>
            <p>"A token lets a program act as you, within what it is limited to. Your name stands beside what it does."</p>
            <div id="new-token">
                <Show when=move || adding.get()>
                    <NewToken close=Callback::new(move |()| adding.set(false)) made=made />
                </Show>
            </div>
            <Loaded query=tokens rows=2 let:list>
                <TokenTable list=list projects=projects revoke=revoke />
            </Loaded>
        </section>
        <Confirm asked=asked />
    }
}

async fn names(api: ApiClient) -> Result<BTreeMap<ProjectId, String>, Failure> {
    Ok(all_projects(api).await?.into_iter().map(|project| (project.id, project.name)).collect())
}

#[component]
fn TokenTable(
    list: Signal<TokenList>,
    projects: Query<BTreeMap<ProjectId, String>>,
    revoke: Callback<TokenResponse>,
) -> impl IntoView {
    let newest_first = move || {
        let mut tokens = list.get().items;
        tokens.reverse();
        tokens
    };
    let is_empty = Memo::new(move |_| list.with(|list| list.items.is_empty()));
    view! {
        <Show when=move || !is_empty.get() fallback=|| view! {
            <Empty title="No token yet."><p>"Programs that start runs or follow them need one."</p></Empty>
        }>
            <div class="table-scroll" tabindex="0" role="region" aria-label="API tokens">
                <table class="table cards" role="table" aria-labelledby="tokens">
                    <thead role="rowgroup"><tr role="row">
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"May"</th>
                        <th scope="col" role="columnheader">"Projects"</th>
                        <th scope="col" role="columnheader">"Made"</th>
                        <th scope="col" role="columnheader">"Ends"</th>
                        <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                    </tr></thead>
                    <tbody role="rowgroup">
                        <For each=newest_first key=|token| (token.id, token.revoked_at) let:token>
                            <Row token=token projects=projects revoke=revoke />
                        </For>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Row(
    token: TokenResponse,
    projects: Query<BTreeMap<ProjectId, String>>,
    revoke: Callback<TokenResponse>,
) -> impl IntoView {
    let name = visible::shown(&token.name);
    let label = format!("Revoke {name}");
    let (created, expires, revoked) = (token.created_at, token.expires_at, token.revoked_at);
    let may = scopes::summary(token.scopes.as_deref());
    let whole = token
        .scopes
        .as_ref()
        .map(|scopes| scopes.iter().map(|scope| permission_in_words(*scope)).collect::<Vec<_>>().join("; "));
    let only = token.project_ids.clone();
    let reach = move || match &only {
        None => "all of yours".to_owned(),
        Some(ids) => projects.data.with(|names| {
            let name = |id: &ProjectId| {
                names
                    .as_ref()
                    .and_then(|names| names.get(id))
                    .map_or_else(|| id.to_string(), |name| visible::shown(name))
            };
            ids.iter().map(name).collect::<Vec<_>>().join(", ")
        }),
    };
    let id = token.id.to_string();
    view! {
        <tr role="row" data-token=id data-off=revoked.is_some().to_string()>
            <td role="cell" class="cell-title"><strong>{name}</strong></td>
            <td role="cell" data-label="May" class="cell-long"><span title=whole>{may}</span></td>
            <td role="cell" data-label="Projects" class="cell-long">{reach}</td>
            <td role="cell" data-label="Made"><When at=created /></td>
            <td role="cell" data-label="Ends">
                {match (revoked, expires) {
                    (Some(at), _) => view! { <span class="muted">"revoked "<When at=at /></span> }.into_any(),
                    (None, Some(at)) => view! { <At at=at /> }.into_any(),
                    (None, None) => view! { <span class="muted">"never"</span> }.into_any(),
                }}
            </td>
            <td role="cell" class="cell-actions">
                {revoked.is_none().then(|| view! {
                    <button type="button" class="btn quiet" aria-label=label on:click=move |_| revoke.run(token.clone())>"Revoke"</button>
                })}
            </td>
        </tr>
    }
}
