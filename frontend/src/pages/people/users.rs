//! The users, and what is done to them.

use crate::api::{ApiClient, Failure, MembersOf, use_api};
use crate::components::{
    Act, Asked, At, Confirm, Dialog, Loaded, ProblemPanel, Question, RoleChange, RoleDialog, Secret,
    Skeleton, When,
};
use crate::people::{role_name, within_installation};
use crate::state::Query;
use domain::UserId;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use wire::{PageQuery, SetRoleRequest, SignInLinkResponse, UserResponse};

/// What a row asks for.
#[derive(Clone, Copy)]
struct Asking {
    users: Query<Vec<UserResponse>>,
    confirm: Asked,
    role: RwSignal<Option<RoleChange>, LocalStorage>,
    link: RwSignal<Option<UserResponse>>,
}

/// Everybody, the oldest first.
#[component]
pub fn Users() -> impl IntoView {
    let api = use_api();
    let users = Query::new(move || all_users(api));
    let asking = Asking {
        users,
        confirm: RwSignal::new_local(None),
        role: RwSignal::new_local(None),
        link: RwSignal::new(None),
    };
    view! {
        <section class="panel" aria-labelledby="users">
            <h2 id="users">"Users"</h2>
            <Loaded query=users rows=3 let:list>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Users">
                    <table class="table cards" role="table" aria-labelledby="users">
                        <thead role="rowgroup"><tr role="row">
                            <th scope="col" role="columnheader">"User name"</th>
                            <th scope="col" role="columnheader">"On the whole installation"</th>
                            <th scope="col" role="columnheader">"Since"</th>
                            <th scope="col" role="columnheader">"State"</th>
                            <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                        </tr></thead>
                        <tbody role="rowgroup">
                            <For each=move || list.get() key=|user| (user.id, user.role, user.disabled_at) let:user>
                                <Row user=user asking=asking />
                            </For>
                        </tbody>
                    </table>
                </div>
            </Loaded>
            <p class="hint">"Roles on single projects are given on each project's page, under Members."</p>
        </section>
        <Confirm asked=asking.confirm />
        <RoleDialog asked=asking.role />
        <LinkDialog user=asking.link />
    }
}

async fn all_users(api: ApiClient) -> Result<Vec<UserResponse>, Failure> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.list_users(&PageQuery { cursor, limit: Some(200) }).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

#[component]
fn Row(user: UserResponse, asking: Asking) -> impl IntoView {
    let api = use_api();
    let is_self = untrack(|| api.session()).is_some_and(|session| session.user_id == user.id);
    let role = match (user.is_owner, user.role) {
        (true, _) => "Owner".to_owned(),
        (false, Some(role)) => role_name(role).to_owned(),
        (false, None) => "No role".to_owned(),
    };
    let is_disabled = user.disabled_at.is_some();
    let (name, created, disabled) = (user.name.clone(), user.created_at, user.disabled_at);
    let label = move |what: &str| format!("{what} of {name}");
    let (of_role, of_link, of_state) = (label("Change the role"), label("Sign-in link"), user.name.clone());
    let user = StoredValue::new(user);
    view! {
        <tr role="row" data-user=user.with_value(|user| user.name.clone()) data-off=is_disabled.to_string()>
            <td role="cell" class="cell-title">
                <strong>{user.with_value(|user| user.name.clone())}</strong>
                {is_self.then(|| view! { " "<span class="chip">"you"</span> })}
            </td>
            <td role="cell" data-label="On the whole installation">{role}</td>
            <td role="cell" data-label="Since"><When at=created /></td>
            <td role="cell" data-label="State">
                {match disabled {
                    Some(at) => view! { <span class="disabled-mark">"disabled "<When at=at /></span> }.into_any(),
                    None => view! { "may sign in" }.into_any(),
                }}
            </td>
            <td role="cell" class="cell-actions">
                {(!user.with_value(|user| user.is_owner)).then(|| view! {
                    <button type="button" class="btn quiet" aria-label=of_role
                        on:click=move |_| asking.role.set(Some(change_of(api, asking.users, user.get_value())))>"Change role"</button>
                    {(!is_disabled).then(|| view! {
                        <button type="button" class="btn quiet" aria-label=of_link
                            on:click=move |_| asking.link.set(Some(user.get_value()))>"Sign-in link"</button>
                    })}
                    {(!is_self).then(|| if is_disabled {
                        view! {
                            <button type="button" class="btn quiet" aria-label=format!("Enable {of_state}")
                                on:click=move |_| asking.confirm.set(Some(enabling(api, asking.users, user.get_value())))>"Enable"</button>
                        }.into_any()
                    } else {
                        view! {
                            <button type="button" class="btn quiet" aria-label=format!("Disable {of_state}")
                                on:click=move |_| asking.confirm.set(Some(disabling(api, asking.users, user.get_value())))>"Disable"</button>
                        }.into_any()
                    })}
                })}
            </td>
        </tr>
    }
}

fn change_of(api: ApiClient, users: Query<Vec<UserResponse>>, user: UserResponse) -> RoleChange {
    let name = user.name.clone();
    RoleChange {
        title: format!("Role of {name} on the whole installation"),
        held: user.role,
        means: within_installation,
        without: Some("only the roles on single projects count"),
        set: Rc::new(move |role| {
            let (name, held) = (name.clone(), user.role);
            Box::pin(async move {
                match (role, held) {
                    (Some(role), _) => {
                        api.set_member(MembersOf::Installation, &name, &SetRoleRequest { role }).await?;
                    }
                    (None, Some(_)) => api.remove_member(MembersOf::Installation, &name).await?,
                    (None, None) => {}
                }
                users.refetch();
                Ok(())
            })
        }),
    }
}

fn disabling(api: ApiClient, users: Query<Vec<UserResponse>>, user: UserResponse) -> Question {
    Question {
        title: format!("Disable {}?", user.name),
        consequence: format!(
            "{} is signed out everywhere, their tokens are refused, and they cannot sign in. Their runs go on, and what \
             they decided stays. You can enable them again.",
            user.name
        ),
        button: "Disable the user",
        done: format!("{} is disabled", user.name),
        act: Act::new(move || async move {
            api.disable_user(user.id).await?;
            users.refetch();
            Ok(())
        }),
    }
}

fn enabling(api: ApiClient, users: Query<Vec<UserResponse>>, user: UserResponse) -> Question {
    Question {
        title: format!("Enable {}?", user.name),
        consequence: format!(
            "{} can sign in again, by a sign-in link that you make for them, with the roles that they have.",
            user.name
        ),
        button: "Enable the user",
        done: format!("{} is enabled", user.name),
        act: Act::new(move || async move {
            api.enable_user(user.id).await?;
            users.refetch();
            Ok(())
        }),
    }
}

/// Makes a link for the user when it opens: whoever asks wants one.
#[component]
fn LinkDialog(user: RwSignal<Option<UserResponse>>) -> impl IntoView {
    move || {
        user.get().map(|of| {
            let open = RwSignal::new(true);
            Effect::new(move |_| {
                if !open.get() {
                    request_animation_frame(move || {
                        user.try_set(None);
                    });
                }
            });
            let id = of.id;
            view! {
                <Dialog open=open title=format!("Sign-in link for {}", of.name)>
                    <NewLink id=id open=open />
                </Dialog>
            }
        })
    }
}

#[component]
fn NewLink(id: UserId, open: RwSignal<bool>) -> impl IntoView {
    let api = use_api();
    let made = RwSignal::new(None::<Result<SignInLinkResponse, Failure>>);
    spawn_local(async move {
        made.try_set(Some(api.create_sign_in_link(id).await));
    });
    view! {
        {move || match made.get() {
            None => view! { <Skeleton rows=1 /> }.into_any(),
            Some(Err(failure)) => view! { <ProblemPanel failure=failure /> }.into_any(),
            Some(Ok(link)) => view! {
                <Secret
                    id="user-link" label="One-time link" text=link.url
                    hint="Give it to them alone: it works once, and whoever has it first is signed in as them. It is shown this once."
                >
                    <p class="hint">"It works until "<At at=link.expires_at />"."</p>
                </Secret>
            }.into_any(),
        }}
        <p class="actions"><button type="button" class="btn primary" on:click=move |_| open.set(false)>"Close"</button></p>
    }
}
