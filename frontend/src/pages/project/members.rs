//! Who may what on the project.

use crate::api::{ApiClient, MembersOf, use_api};
use crate::components::{
    Act, Asked, Confirm, Field, Loaded, ProblemPanel, Question, RoleChange, RoleChoices, RoleDialog,
    RoleLadder,
};
use crate::people::{means, role_name};
use crate::state::{Announcer, Query};
use domain::{ProjectId, Role};
use leptos::{ev, html, prelude::*};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use wire::{MemberList, MemberResponse, ProblemCode, SetRoleRequest};

/// What a row asks for.
#[derive(Clone, Copy)]
struct Asking {
    of: MembersOf,
    members: Query<MemberList>,
    confirm: Asked,
    role: RwSignal<Option<RoleChange>, LocalStorage>,
}

/// Everybody with a role here; whoever may manage them changes it.
#[component]
pub fn Members(id: ProjectId, may_manage: Signal<bool>) -> impl IntoView {
    let api = use_api();
    let of = MembersOf::Project(id);
    let members = Query::new(move || api.list_members(of));
    let asking = Asking { of, members, confirm: RwSignal::new_local(None), role: RwSignal::new_local(None) };
    let may_manage = Memo::new(move |_| may_manage.get());
    view! {
        <div class="project-columns">
            <section class="panel" aria-labelledby="members">
                <h2 id="members">"Members"</h2>
                <Loaded query=members rows=3 let:list>
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Members">
                        <table class="table cards" role="table" aria-labelledby="members">
                            <thead role="rowgroup"><tr role="row">
                                <th scope="col" role="columnheader">"User name"</th>
                                <th scope="col" role="columnheader">"Role that counts"</th>
                                <th scope="col" role="columnheader">"Given here"</th>
                                <th scope="col" role="columnheader">"On the whole installation"</th>
                                <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                            </tr></thead>
                            <tbody role="rowgroup">
                                <For
                                    each=move || list.get().items
                                    key=|member| (member.user_id, member.role, member.installation_role, member.disabled_at)
                                    let:member
                                >
                                    <Row member=member asking=asking may_manage=may_manage />
                                </For>
                            </tbody>
                        </table>
                    </div>
                </Loaded>
                <Show when=move || !may_manage.get()>
                    <p class="hint">"Only admins of the project change who may what here."</p>
                </Show>
            </section>
            <div class="stack">
                <Show
                    when=move || may_manage.get()
                    fallback=|| view! {
                        <section class="panel" aria-labelledby="ladder">
                            <h2 id="ladder">"What the roles mean"</h2>
                            <RoleLadder means=means />
                        </section>
                    }
                >
                    <Add of=of members=members />
                </Show>
            </div>
        </div>
        <Confirm asked=asking.confirm />
        <RoleDialog asked=asking.role />
    }
}

#[component]
fn Row(member: MemberResponse, asking: Asking, may_manage: Memo<bool>) -> impl IntoView {
    let api = use_api();
    let is_self = untrack(|| api.session()).is_some_and(|session| session.user_id == member.user_id);
    let none = || view! { <span class="muted">"–"</span> }.into_any();
    let role = |role: Option<Role>| role.map_or_else(none, |role| role_name(role).into_any());
    let (here, installation, effective) = (member.role, member.installation_role, member.effective_role);
    let (is_owner, is_disabled, name) = (member.is_owner, member.disabled_at.is_some(), member.name.clone());
    let (of_change, of_removal) = (format!("Change the role of {name}"), format!("Remove {name}"));
    let member = StoredValue::new(member);
    view! {
        <tr role="row" data-member={name.clone()} data-off=is_disabled.to_string()>
            <td role="cell" class="cell-title">
                <strong>{name.clone()}</strong>
                {is_self.then(|| view! { " "<span class="chip">"you"</span> })}
                {is_disabled.then(|| view! { " "<span class="chip">"disabled"</span> })}
            </td>
            <td role="cell" data-label="Role that counts">{role_name(effective)}</td>
            <td role="cell" data-label="Given here">{role(here)}</td>
            <td role="cell" data-label="On the whole installation">
                {if is_owner { "Owner".into_any() } else { role(installation) }}
            </td>
            <td role="cell" class="cell-actions">
                <Show when=move || may_manage.get() && !is_owner>
                    <button type="button" class="btn quiet" aria-label=of_change.clone()
                        on:click=move |_| asking.role.set(Some(change_of(api, asking, member.get_value())))
                    >{if here.is_some() { "Change role" } else { "Give a role here" }}</button>
                    {here.is_some().then(|| view! {
                        <button type="button" class="btn quiet" aria-label=of_removal.clone()
                            on:click=move |_| asking.confirm.set(Some(removal_of(api, asking, member.get_value())))>"Remove"</button>
                    })}
                </Show>
            </td>
        </tr>
    }
}

fn change_of(api: ApiClient, asking: Asking, member: MemberResponse) -> RoleChange {
    RoleChange {
        title: format!("Role of {} on this project", member.name),
        held: member.role.or(Some(Role::Viewer)),
        means,
        without: None,
        set: Rc::new(move |role| {
            let name = member.name.clone();
            Box::pin(async move {
                if let Some(role) = role {
                    api.set_member(asking.of, &name, &SetRoleRequest { role }).await?;
                    asking.members.refetch();
                }
                Ok(())
            })
        }),
    }
}

fn removal_of(api: ApiClient, asking: Asking, member: MemberResponse) -> Question {
    let name = member.name;
    let consequence = match member.installation_role {
        Some(role) => format!(
            "{name} keeps what the role on the whole installation gives: {}. Runs that they started go on.",
            role_name(role)
        ),
        None => format!(
            "{name} no longer sees the project. Runs that they started go on, and what they decided stays."
        ),
    };
    Question {
        title: format!("Remove {name} from the project?"),
        consequence,
        button: "Remove from the project",
        done: format!("{name} was removed"),
        act: Act::new(move || {
            let name = name.clone();
            async move {
                api.remove_member(asking.of, &name).await?;
                asking.members.refetch();
                Ok(())
            }
        }),
    }
}

/// Gives somebody a role by their user name.
#[component]
fn Add(of: MembersOf, members: Query<MemberList>) -> impl IntoView {
    let api = use_api();
    let announcer = expect_context::<Announcer>();
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Some(Role::Operator));
    let fault = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None);
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
        let given = name.get_untracked().trim().to_owned();
        if working.get_untracked() {
            return;
        }
        failure.set(None);
        fault.set(None);
        if given.is_empty() {
            return refuse("Type the user name.".to_owned());
        }
        let Some(role) = role.get_untracked() else { return };
        working.set(true);
        spawn_local(async move {
            let result = api.set_member(of, &given, &SetRoleRequest { role }).await;
            working.try_set(false);
            match result {
                Ok(member) => {
                    name.try_set(String::new());
                    announcer.polite.set(format!(
                        "{} is {} now",
                        member.name,
                        role_name(member.effective_role)
                    ));
                    members.refetch();
                }
                Err(refused)
                    if matches!(
                        refused.code(),
                        Some(ProblemCode::NotFound | ProblemCode::ValidationFailed)
                    ) =>
                {
                    refuse(
                        "There is no user of that name. An admin invites new people on the People page."
                            .to_owned(),
                    );
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="add-member">
            <h2 id="add-member">"Give somebody a role"</h2>
            <form class="stack" novalidate="" on:submit=submit>
                <Field id="member-name" label="User name" required=true fault=fault hint="As they sign in; it stands at the top of their page.">
                    <input
                        id="member-name" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" node_ref=field
                        aria-required="true" aria-describedby="member-name-hint member-name-fault"
                        aria-invalid=move || fault.get().is_some().to_string() bind:value=name
                    />
                </Field>
                <RoleChoices name="member-role" chosen=role means=means />
                {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
                <p class="actions">
                    <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                        {move || if working.get() { "Saving…" } else { "Give the role" }}
                    </button>
                </p>
            </form>
        </section>
    }
}
