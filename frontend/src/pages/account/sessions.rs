//! The browsers that are signed in.

use crate::api::use_api;
use crate::components::{Act, At, Confirm, Loaded, Question, When};
use crate::people::browser_of;
use crate::state::Query;
use crate::text::visible;
use leptos::prelude::*;
use wire::OwnSessionResponse;

/// The browsers that are signed in, and what ends their sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let api = use_api();
    let sessions = Query::new(move || api.list_sessions());
    let asked = RwSignal::new_local(None);
    let end_one = Callback::new(move |session: OwnSessionResponse| {
        asked.set(Some(Question {
            title: "Sign this browser out?".to_owned(),
            consequence: format!(
                "{} is signed out at its next action. Runs and decisions stay as they are.",
                name(&session)
            ),
            button: "Sign it out",
            done: "The session was ended".to_owned(),
            act: Act::new(move || async move {
                api.revoke_session(session.id).await?;
                sessions.refetch();
                Ok(())
            }),
        }));
    });
    let end_others = move |_| {
        asked.set(Some(Question {
            title: "Sign out all other browsers?".to_owned(),
            consequence: "Every session but this one ends. Tokens go on working: revoke them below."
                .to_owned(),
            button: "Sign out the others",
            done: "All other sessions were ended".to_owned(),
            act: Act::new(move || async move {
                api.revoke_other_sessions().await?;
                sessions.refetch();
                Ok(())
            }),
        }));
    };
    view! {
        <section class="panel" aria-labelledby="sessions">
            <h2 id="sessions">"Where you are signed in"</h2>
            <Loaded query=sessions rows=2 let:list>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Sessions">
                    <table class="table cards" role="table" aria-labelledby="sessions">
                        <thead role="rowgroup"><tr role="row">
                            <th scope="col" role="columnheader">"Browser"</th>
                            <th scope="col" role="columnheader">"Last seen"</th>
                            <th scope="col" role="columnheader">"Signed in"</th>
                            <th scope="col" role="columnheader">"Ends at the latest"</th>
                            <th scope="col" role="columnheader"><span class="visually-hidden">"What you can do"</span></th>
                        </tr></thead>
                        <tbody role="rowgroup">
                            <For each=move || list.get().items key=|session| (session.id, session.last_seen_at) let:session>
                                <Row session=session end=end_one />
                            </For>
                        </tbody>
                    </table>
                </div>
                {move || (list.with(|list| list.items.len()) > 1).then(|| view! {
                    <p class="actions"><button type="button" class="btn" on:click=end_others>"Sign out all others"</button></p>
                })}
            </Loaded>
        </section>
        <Confirm asked=asked />
    }
}

fn name(session: &OwnSessionResponse) -> String {
    session.user_agent.as_deref().map_or_else(
        || "A browser that does not say which".to_owned(),
        |text| visible::shown(&browser_of(text)),
    )
}

#[component]
fn Row(session: OwnSessionResponse, end: Callback<OwnSessionResponse>) -> impl IntoView {
    let browser = name(&session);
    let whole = session.user_agent.as_deref().map(visible::shown);
    let label = format!("Sign out {browser}");
    let (seen, created, expires, current) =
        (session.last_seen_at, session.created_at, session.expires_at, session.current);
    let id = session.id.to_string();
    view! {
        <tr role="row" data-session=id data-current=current.to_string()>
            <td role="cell" class="cell-title">
                <span title=whole>{browser}</span>
                {current.then(|| view! { " "<span class="chip">"this browser"</span> })}
            </td>
            <td role="cell" data-label="Last seen"><When at=seen /></td>
            <td role="cell" data-label="Signed in"><When at=created /></td>
            <td role="cell" data-label="Ends at the latest"><At at=expires /></td>
            <td role="cell" class="cell-actions">
                {(!current).then(|| view! {
                    <button type="button" class="btn quiet" aria-label=label on:click=move |_| end.run(session.clone())>"Sign out"</button>
                })}
            </td>
        </tr>
    }
}
