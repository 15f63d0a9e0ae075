//! The form that invites somebody.

use crate::api::use_api;
use crate::components::{At, FaultSummary, Field, Loaded, ProblemPanel, RoleLadder, RoleSelect, Secret};
use crate::form::{Marks, Place, element_id};
use crate::pages::projects::all_projects;
use crate::pages::submission::Submission;
use crate::people::{means, within_installation};
use crate::state::Query;
use domain::{Fault, FaultCode, ProjectId, Role};
use leptos::{ev, html, prelude::*};
use wasm_bindgen_futures::spawn_local;
use wire::{CreateInvitationRequest, CreatedInvitationResponse, GrantedRole, ProjectResponse};

/// How long a link may work, in hours.
const EXPIRIES: [(u32, &str); 4] = [(24, "1 day"), (72, "3 days"), (168, "7 days"), (720, "30 days")];

/// A role that is given, as it stands in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grant {
    /// Tells the rows apart.
    row: u32,
    project: Option<ProjectId>,
    role: Role,
}

/// What was typed to invite somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Draft {
    name: String,
    grants: Vec<Grant>,
    hours: u32,
    next_row: u32,
}

impl Draft {
    fn check(&self) -> (CreateInvitationRequest, Vec<Fault>) {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(Fault::new("/name", FaultCode::Required, "Say whom it is for."));
        }
        let place_taken = |index: usize| {
            self.grants[..index].iter().any(|earlier| earlier.project == self.grants[index].project)
        };
        if (0..self.grants.len()).any(place_taken) {
            let detail = "Each project can be named once.";
            faults.push(Fault::new("/memberships", FaultCode::NotUnique, detail));
        }
        let grant = |grant: &Grant| GrantedRole { project_id: grant.project, role: grant.role };
        let request = CreateInvitationRequest {
            name: self.name.trim().to_owned(),
            memberships: self.grants.iter().map(grant).collect(),
            expires_in_hours: Some(self.hours),
        };
        (request, faults)
    }
}

/// Asks whom to invite as what; then shows the link, once.
#[component]
pub fn Invite(close: Callback<()>, made: Callback<()>) -> impl IntoView {
    let invitation = RwSignal::new(None::<CreatedInvitationResponse>);
    move || match invitation.get() {
        Some(created) => view! { <Made created=created close=close /> }.into_any(),
        None => view! { <InviteForm invitation=invitation close=close made=made /> }.into_any(),
    }
}

#[component]
fn Made(created: CreatedInvitationResponse, close: Callback<()>) -> impl IntoView {
    let at = created.invitation.expires_at;
    view! {
        <section class="panel" aria-label="The invitation">
            <Secret
                id="invitation-link" label=format!("Invitation of {}", created.invitation.name) text=created.url
                hint="Send it to them, and to nobody else: whoever opens it first chooses the user name. It is shown this once."
            >
                <p class="hint">"It works once, until "<At at=at />"."</p>
            </Secret>
            <p class="actions"><button type="button" class="btn primary" on:click=move |_| close.run(())>"I have copied it"</button></p>
        </section>
    }
}

fn places() -> Vec<Place> {
    [("/name", "Whom it is for"), ("/memberships", "Roles"), ("/expires_in_hours", "The link works for")]
        .map(|(pointer, label)| Place::new(pointer, label))
        .to_vec()
}

#[component]
fn InviteForm(
    invitation: RwSignal<Option<CreatedInvitationResponse>>,
    close: Callback<()>,
    made: Callback<()>,
) -> impl IntoView {
    let api = use_api();
    let draft = RwSignal::new(Draft { name: String::new(), grants: Vec::new(), hours: 72, next_row: 0 });
    let submission = Submission::new();
    let marks = Memo::new(move |_| submission.faults.with(|faults| Marks::new(faults, &places())));
    let check = move || {
        let (request, faults) = draft.with_untracked(Draft::check);
        let body = serde_json::to_value(&request).unwrap_or_default();
        (request, body, faults)
    };
    let send = Callback::new(move |()| {
        let (request, body, faults) = check();
        if submission.begin("/invitations", &body, faults).is_none() {
            return;
        }
        spawn_local(async move {
            let result = api.create_invitation(&request).await;
            if let Some(created) = submission.end(&body, result) {
                made.run(());
                invitation.set(Some(created));
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
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get("/name").cloned()));
    let (name, hours) = (element_id("/name"), element_id("/expires_in_hours"));
    view! {
        <form class="panel form" novalidate="" aria-labelledby="invite-title" on:submit=submit on:focusout=leave on:pointerdown=press>
            <h2 id="invite-title">"Invite somebody"</h2>
            <FaultSummary marks=marks shown=submission.stopped />
            <div class="form-grid">
                <Field id=name.clone() label="Whom it is for" hint="In your own words; they choose their user name themselves." required=true fault=fault>
                    <input
                        id=name.clone() type="text" autocomplete="off" maxlength="100" node_ref=first aria-required="true"
                        aria-describedby=format!("{name}-hint {name}-fault") aria-invalid=move || fault.get().is_some().to_string()
                        on:input=move |event| draft.update(|draft| draft.name = event_target_value(&event))
                    />
                </Field>
                <Field id=hours.clone() label="The link works for" hint="After that, invite them again.">
                    <select
                        id=hours.clone() class="short" aria-describedby=format!("{hours}-hint")
                        on:change=move |event| draft.update(|draft| draft.hours = event_target_value(&event).parse().unwrap_or(72))
                    >
                        {EXPIRIES.map(|(value, text)| view! { <option value=value.to_string() selected=value == 72>{text}</option> })}
                    </select>
                </Field>
            </div>
            <Grants draft=draft marks=marks />
            {move || submission.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=send /> })}
            <p class="actions">
                <button type="submit" class="btn primary" aria-disabled=move || submission.working.get().to_string()>
                    {move || if submission.working.get() { "Making…" } else { "Make the invitation" }}
                </button>
                <button type="button" class="btn quiet" on:click=move |_| close.run(())>"Cancel"</button>
            </p>
        </form>
    }
}

#[component]
fn Grants(draft: RwSignal<Draft>, marks: Memo<Marks>) -> impl IntoView {
    let api = use_api();
    let projects = Query::new(move || all_projects(api));
    let fault = Signal::derive(move || marks.with(|marks| marks.at.get("/memberships").cloned()));
    let rows = Memo::new(move |_| {
        draft.with(|draft| draft.grants.iter().map(|grant| grant.row).collect::<Vec<_>>())
    });
    let add = move |all: Signal<Vec<ProjectResponse>>| {
        draft.update(|draft| {
            let taken = |id: ProjectId| draft.grants.iter().any(|grant| grant.project == Some(id));
            let free = all.with_untracked(|all| all.iter().map(|project| project.id).find(|id| !taken(*id)));
            draft.grants.push(Grant { row: draft.next_row, project: free, role: Role::Operator });
            draft.next_row += 1;
        });
    };
    view! {
        <fieldset class="group" id=element_id("/memberships") tabindex="-1" data-invalid=move || fault.get().is_some().to_string()>
            <legend>"Roles"</legend>
            <p class="hint">"Without a role they can sign in and see no project; roles can be given and changed later."</p>
            <Loaded query=projects rows=1 let:all>
                <div class="list-rows">
                    <For each=move || rows.get() key=|row| *row let:row>
                        <GrantRow draft=draft row=row projects=all />
                    </For>
                </div>
                <p><button type="button" class="btn" on:click=move |_| add(all)>"Add a role"</button></p>
            </Loaded>
            <p class="fault">{fault}</p>
            <details>
                <summary>"What the roles mean"</summary>
                <div class="ladders">
                    <div><p class="muted">"On a project"</p><RoleLadder means=means /></div>
                    <div><p class="muted">"On the whole installation"</p><RoleLadder means=within_installation /></div>
                </div>
            </details>
        </fieldset>
    }
}

#[component]
fn GrantRow(draft: RwSignal<Draft>, row: u32, projects: Signal<Vec<ProjectResponse>>) -> impl IntoView {
    let grant =
        Memo::new(move |_| draft.with(|draft| draft.grants.iter().find(|grant| grant.row == row).copied()));
    let change = move |change: &dyn Fn(&mut Grant)| {
        draft.update(|draft| draft.grants.iter_mut().filter(|grant| grant.row == row).for_each(change));
    };
    let role = Signal::derive(move || grant.get().map_or(Role::Viewer, |grant| grant.role));
    let place = move |event: ev::Event| {
        let project = ProjectId::parse(&event_target_value(&event)).ok();
        change(&|grant: &mut Grant| grant.project = project);
    };
    let is_at =
        move |id: Option<ProjectId>| grant.with(|grant| grant.is_some_and(|grant| grant.project == id));
    let (place_id, role_id) = (format!("grant-{row}-place"), format!("grant-{row}-role"));
    view! {
        <div class="grant-row">
            <label for=role_id.clone() class="visually-hidden">"Role"</label>
            <RoleSelect id=role_id value=role on_choose=Callback::new(move |role| change(&|grant: &mut Grant| grant.role = role)) />
            <span>"on"</span>
            <label for=place_id.clone() class="visually-hidden">"Where"</label>
            <select id=place_id on:change=place>
                <For each=move || projects.get() key=|project| project.id let:project>
                    {
                        let id = project.id;
                        view! { <option value=id.to_string() selected=move || is_at(Some(id))>{project.name}</option> }
                    }
                </For>
                <option value="" selected=move || is_at(None)>"the whole installation"</option>
            </select>
            <button
                type="button" class="btn quiet" aria-label="Remove this role"
                on:click=move |_| draft.update(|draft| draft.grants.retain(|grant| grant.row != row))
            >"Remove"</button>
        </div>
    }
}
