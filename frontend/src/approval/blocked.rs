//! A gate whose evidence could not be built.

use super::decide::Deciding;
use crate::api::{Failure, IdempotencyKey, RunPath, use_api};
use crate::components::{ProblemPanel, When};
use crate::state::Announcer;
use domain::ApprovalId;
use domain::approval::ContextDiagnostic;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use wire::ApprovalResponse;

/// Says what is missing, why, and what to do about it.
#[component]
pub fn Blocked(approval: Signal<ApprovalResponse>, children: Children) -> impl IntoView {
    let missing = Memo::new(move |_| approval.with(|approval| approval.evidence.missing_fields.clone()));
    let diagnostics = Memo::new(move |_| {
        // The newest says what is wrong now.
        approval.with(|approval| approval.diagnostics.iter().rev().cloned().collect::<Vec<_>>())
    });
    view! {
        <div class="blocked">
            <p class="blocked-title">"This gate is blocked: its evidence could not be built."</p>
            <p>"Nothing can be approved or rejected until it is. The run waits; it can also be cancelled."</p>
            {move || (!missing.with(Vec::is_empty)).then(|| view! {
                <p>"Missing: "</p>
                <ul class="paths">
                    {missing.get().into_iter().map(|field| view! { <li><code>{field}</code></li> }).collect_view()}
                </ul>
            })}
            <ol class="diagnostics">
                {move || diagnostics.get().into_iter().map(diagnostic).collect_view()}
            </ol>
            {children()}
        </div>
    }
}

fn diagnostic(diagnostic: ContextDiagnostic) -> impl IntoView {
    let ContextDiagnostic { error_type, operation, reason, detail, remediation, at } = diagnostic;
    let key = reason.clone();
    view! {
        <li data-diagnostic=key>
            <p><strong>{detail}</strong></p>
            <p class="remediation"><span class="muted">"What to do: "</span>{remediation}</p>
            <dl class="kv">
                <div><dt>"Error type"</dt><dd><code>{error_type}</code></dd></div>
                <div><dt>"Operation"</dt><dd><code>{operation}</code></dd></div>
                <div><dt>"Reason"</dt><dd><code>{reason}</code></dd></div>
                <div><dt>"At"</dt><dd><When at /></dd></div>
            </dl>
        </li>
    }
}

/// Builds the evidence anew.
#[component]
pub fn Refresh(
    path: RunPath,
    id: ApprovalId,
    deciding: Deciding,
    /// `btn`, with what makes it stand out.
    class: &'static str,
    on_change: Callback<()>,
) -> impl IntoView {
    let api = use_api();
    let announcer = expect_context::<Announcer>();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let key = StoredValue::new(IdempotencyKey::new());
    let refresh = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api.refresh_approval(path, id, &key.get_value()).await;
            if busy.try_set(false).is_some() {
                // The page is gone.
                return;
            }
            match answer {
                Ok(approval) => {
                    // The next press is another intention.
                    key.set_value(IdempotencyKey::new());
                    failure.set(None);
                    announcer.polite.set("The evidence was built again".to_owned());
                    deciding.approval.put(approval);
                    on_change.run(());
                }
                Err(error) => {
                    announcer.assertive.set(error.title());
                    failure.set(Some(error));
                }
            }
        });
    };
    view! {
        <p class="actions">
            <button type="button" class=class data-action="refresh" aria-disabled=move || busy.get().to_string() on:click=refresh>
                {move || if busy.get() { "Building…" } else { "Build the evidence again" }}
            </button>
        </p>
        {move || failure.get().map(|failure| view! { <ProblemPanel failure=failure /> })}
    }
}
