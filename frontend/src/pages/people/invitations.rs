//! The invitations that wait, and those that do not any more.

use crate::api::use_api;
use crate::components::{Act, At, Confirm, Loaded, Question, When};
use crate::pages::projects::all_projects;
use crate::people::role_name;
use crate::state::Query;
use crate::text::visible;
use domain::ProjectId;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wire::InvitationResponse;

type Names = BTreeMap<ProjectId, String>;

/// The open invitations, and the closed ones folded away.
#[component]
pub fn Invitations(invitations: Query<Vec<InvitationResponse>>) -> impl IntoView {
    let api = use_api();
    let projects = Query::new(move || async move {
        let all = all_projects(api).await?;
        Ok(all.into_iter().map(|project| (project.id, project.name)).collect::<Names>())
    });
    let names = Signal::derive(move || projects.data.get().unwrap_or_default());
    let asked = RwSignal::new_local(None);
    let revoke = Callback::new(move |invitation: InvitationResponse| {
        asked.set(Some(Question {
            title: format!("Withdraw the invitation of {}?", visible::shown(&invitation.name)),
            consequence: "Its link stops working at once. You can invite them again.".to_owned(),
            button: "Withdraw it",
            done: "The invitation was withdrawn".to_owned(),
            act: Act::new(move || async move {
                api.revoke_invitation(invitation.id).await?;
                invitations.refetch();
                Ok(())
            }),
        }));
    });
    let part = |list: Signal<Vec<InvitationResponse>>, wanted: fn(&InvitationResponse) -> bool| {
        Memo::new(move |_| list.get().into_iter().filter(wanted).collect::<Vec<_>>())
    };
    view! {
        <section class="panel" aria-labelledby="invitations">
            <h2 id="invitations">"Invitations"</h2>
            <Loaded query=invitations rows=2 let:list>
                {
                    let (open, closed) = (part(list, |it| it.status == "open"), part(list, |it| it.status != "open"));
                    view! {
                        <Show when=move || !open.with(Vec::is_empty) fallback=|| view! { <p class="muted">"Nobody is invited at the moment."</p> }>
                            <List list=open names=names revoke=revoke label="Open invitations" />
                        </Show>
                        <Show when=move || !closed.with(Vec::is_empty)>
                            <details>
                                <summary>{move || format!("Earlier ones ({})", closed.with(Vec::len))}</summary>
                                <List list=closed names=names revoke=revoke label="Earlier invitations" />
                            </details>
                        </Show>
                    }
                }
            </Loaded>
        </section>
        <Confirm asked=asked />
    }
}

#[component]
fn List(
    list: Memo<Vec<InvitationResponse>>,
    names: Signal<Names>,
    revoke: Callback<InvitationResponse>,
    label: &'static str,
) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="table cards" role="table" aria-label=label>
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">"For"</th>
                    <th scope="col" role="columnheader">"Roles"</th>
                    <th scope="col" role="columnheader">"Made"</th>
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                </tr></thead>
                <tbody role="rowgroup">
                    <For each=move || list.get() key=|it| (it.id, it.status.clone()) let:invitation>
                        <Row invitation=invitation names=names revoke=revoke />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(
    invitation: InvitationResponse,
    names: Signal<Names>,
    revoke: Callback<InvitationResponse>,
) -> impl IntoView {
    let name = visible::shown(&invitation.name);
    let label = format!("Withdraw the invitation of {name}");
    let by = invitation.created_by.name.clone().map(|by| format!(" by {by}"));
    let (created, expires) = (invitation.created_at, invitation.expires_at);
    let grants = invitation.memberships.clone();
    let roles = move || {
        if grants.is_empty() {
            return "none yet".to_owned();
        }
        let place = |id: Option<ProjectId>| match id {
            None => "the whole installation".to_owned(),
            Some(id) => {
                names.with(|names| names.get(&id).map_or_else(|| id.to_string(), |name| visible::shown(name)))
            }
        };
        let grant =
            |grant: &wire::GrantedRole| format!("{} on {}", role_name(grant.role), place(grant.project_id));
        grants.iter().map(grant).collect::<Vec<_>>().join(", ")
    };
    let is_open = invitation.status == "open";
    let state = match invitation.status.as_str() {
        "open" => view! { "open until "<At at=expires /> }.into_any(),
        "accepted" => match invitation.accepted_at {
            Some(at) => view! { "accepted "<When at=at /> }.into_any(),
            None => "accepted".into_any(),
        },
        "revoked" => match invitation.revoked_at {
            Some(at) => view! { "withdrawn "<When at=at /> }.into_any(),
            None => "withdrawn".into_any(),
        },
        "expired" => view! { "expired "<When at=expires /> }.into_any(),
        other => other.to_owned().into_any(),
    };
    let status = invitation.status.clone();
    view! {
        <tr role="row" data-invitation=status>
            <td role="cell" class="cell-title"><strong>{name}</strong></td>
            <td role="cell" data-label="Roles" class="cell-long">{roles}</td>
            <td role="cell" data-label="Made"><When at=created />{by}</td>
            <td role="cell" data-label="State">{state}</td>
            <td role="cell" class="cell-actions">
                {is_open.then(|| view! {
                    <button type="button" class="btn quiet" aria-label=label on:click=move |_| revoke.run(invitation.clone())>"Withdraw"</button>
                })}
            </td>
        </tr>
    }
}
