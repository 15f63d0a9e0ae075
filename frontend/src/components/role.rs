//! Choosing a role.

use super::{Dialog, ProblemPanel};
use crate::api::Failure;
use crate::people::role_name;
use domain::Role;
use futures_util::future::LocalBoxFuture;
use leptos::{ev, prelude::*};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// A choice of roles in one line, the least first.
#[component]
pub fn RoleSelect(
    #[prop(into)] id: String,
    #[prop(into)] value: Signal<Role>,
    on_choose: Callback<Role>,
) -> impl IntoView {
    let choose = move |event: ev::Event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            on_choose.run(role);
        }
    };
    view! {
        <select id=id class="short" on:change=choose>
            {Role::ALL.iter().map(|&role| view! {
                <option value=role.as_str() selected=move || value.get() == role>{role_name(role)}</option>
            }).collect_view()}
        </select>
    }
}

/// What each role means: every one may what those above it may.
#[component]
pub fn RoleLadder(
    /// What a role adds to the one before.
    means: fn(Role) -> &'static str,
) -> impl IntoView {
    view! {
        <dl class="ladder">
            {Role::ALL.iter().map(|&role| view! { <div><dt>{role_name(role)}</dt><dd>{means(role)}</dd></div> }).collect_view()}
        </dl>
    }
}

/// The roles as choices with what they mean; `without` is the choice of none, where there is one.
#[component]
pub fn RoleChoices(
    /// Names the group of radio buttons.
    name: &'static str,
    chosen: RwSignal<Option<Role>>,
    means: fn(Role) -> &'static str,
    #[prop(optional_no_strip)] without: Option<&'static str>,
) -> impl IntoView {
    let choice = move |role: Option<Role>, title: &'static str, meaning: &'static str| {
        view! {
            <label>
                <input type="radio" name=name prop:checked=move || chosen.get() == role on:change=move |_| chosen.set(role) />
                <span><strong>{title}</strong>" "<span class="muted">{meaning}</span></span>
            </label>
        }
    };
    view! {
        <fieldset class="choices role-choices">
            <legend>"Role"</legend>
            {without.map(|meaning| choice(None, "No role", meaning))}
            {Role::ALL.iter().map(|&role| choice(Some(role), role_name(role), means(role))).collect_view()}
        </fieldset>
    }
}

/// Whose role is changed, and how.
#[derive(Clone)]
pub struct RoleChange {
    pub title: String,
    pub held: Option<Role>,
    pub means: fn(Role) -> &'static str,
    /// What having none means; absent: there is no such choice.
    pub without: Option<&'static str>,
    pub set: SetRole,
}

/// Gives the role that was chosen.
pub type SetRole = Rc<dyn Fn(Option<Role>) -> LocalBoxFuture<'static, Result<(), Failure>>>;

/// Asks for the role that `asked` wants to change.
#[component]
pub fn RoleDialog(asked: RwSignal<Option<RoleChange>, LocalStorage>) -> impl IntoView {
    move || {
        asked.get().map(|change| {
            let open = RwSignal::new(true);
            Effect::new(move |_| {
                if !open.get() {
                    request_animation_frame(move || {
                        asked.try_set(None);
                    });
                }
            });
            let title = change.title.clone();
            let change = StoredValue::new_local(change);
            view! { <Dialog open=open title=title><RoleForm open=open change=change /></Dialog> }
        })
    }
}

#[component]
fn RoleForm(open: RwSignal<bool>, change: StoredValue<RoleChange, LocalStorage>) -> impl IntoView {
    let RoleChange { held, means, without, set, .. } = change.get_value();
    let chosen = RwSignal::new(held);
    let failure = RwSignal::new(None::<Failure>);
    let working = RwSignal::new(false);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if working.get_untracked() {
            return;
        }
        working.set(true);
        failure.set(None);
        let future = set(chosen.get_untracked());
        spawn_local(async move {
            let result = future.await;
            working.try_set(false);
            match result {
                Ok(()) => {
                    open.try_set(false);
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <form class="stack" on:submit=submit>
            <RoleChoices name="new-role" chosen=chosen means=means without=without />
            {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
            <div class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || working.get().to_string()>
                    {move || if working.get() { "Saving…" } else { "Save" }}
                </button>
                <button type="button" class="btn" on:click=move |_| open.set(false)>"Not now"</button>
            </div>
        </form>
    }
}
