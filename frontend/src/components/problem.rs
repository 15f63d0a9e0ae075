//! A failure, with what to do about it.

use super::Copy;
use crate::api::Failure;
use leptos::prelude::*;

/// Shows a failure whole: heading, detail, faults, what to do, and what to name when asking for help.
#[component]
pub fn ProblemPanel(
    #[prop(into)] failure: Failure,
    /// Tries again; absent: there is nothing to try.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let details = details(&failure);
    let problem = failure.problem().cloned();
    let faults = problem.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
    let page = problem.as_ref().map(|problem| (problem.kind.clone(), problem.code.to_string()));
    view! {
        <div class="problem" role="alert">
            <p class="problem-title">{failure.title()}</p>
            <p>{failure.to_string()}</p>
            {(!faults.is_empty()).then(|| view! {
                <ul>
                    {faults.into_iter().map(|fault| view! {
                        <li><code>{fault.pointer}</code>" "{fault.detail}</li>
                    }).collect_view()}
                </ul>
            })}
            <p class="remediation">{failure.remediation()}</p>
            <p class="problem-actions">
                {retry.map(|retry| view! {
                    <button type="button" class="btn" on:click=move |_| retry.run(())>"Try again"</button>
                })}
                {page.map(|(href, code)| view! {
                    <a href=href target="_blank" rel="noreferrer">"About "<code>{code}</code></a>
                })}
                <Copy text=details label="Copy details" />
            </p>
        </div>
    }
}

/// What to send to whoever runs the server.
fn details(failure: &Failure) -> String {
    match failure.problem() {
        Some(problem) => serde_json::to_string_pretty(problem).unwrap_or_default(),
        None => failure.to_string(),
    }
}
