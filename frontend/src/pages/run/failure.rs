//! Why the run failed, and what to do about it.

use super::selection::Selected;
use super::step_retry::RetryFromStep;
use super::view::RunView;
use super::words;
use crate::components::When;
use crate::text::visible;
use domain::contract::StepKey;
use domain::failure::Failure;
use leptos::prelude::*;
use wire::RunResponse;

/// The failure of a failed run, every field of it; absent for any other run.
#[component]
pub fn FailurePanel(view: RunView, run: Signal<RunResponse>) -> impl IntoView {
    let failure = Memo::new(move |_| run.with(|run| run.failure.clone()));
    move || failure.get().map(|failure| view! { <Explained view=view failure=failure /> })
}

#[component]
fn Explained(view: RunView, failure: Failure) -> impl IntoView {
    let Failure {
        error_type,
        reason,
        detail,
        failed_step,
        last_successful_step,
        remediation,
        safe_retry,
        timestamp,
        complete,
        missing_fields,
    } = failure;
    let retried_from = failed_step.clone();
    let link = move |step: Option<StepKey>, otherwise: &'static str| match step {
        None => view! { <span class="muted">{otherwise}</span> }.into_any(),
        Some(step) => {
            let wanted = step.clone();
            let href = Memo::new(move |_| {
                let newest = view.steps.data.with(|steps| {
                    let steps = steps.iter().flat_map(|steps| &steps.items);
                    let found = steps.into_iter().find(|found| found.step == wanted)?;
                    found.attempts.last().map(|attempt| attempt.attempt)
                });
                Selected { step: wanted.clone(), attempt: newest.unwrap_or(1) }.href(&view.page())
            });
            view! { <a href=href data-noscroll=""><code>{step.to_string()}</code></a> }.into_any()
        }
    };
    view! {
        <section class="panel failure" aria-labelledby="failure-title" data-reason=reason.as_str()>
            <p class="failure-eyebrow">"Why this run failed"</p>
            <h2 id="failure-title">{words::sentence(reason.as_str())}</h2>
            {(!detail.is_empty()).then(|| view! { <p class="failure-detail">{visible::shown(&detail)}</p> })}
            <p><strong>"What to do: "</strong>{remediation}</p>
            <dl class="kv">
                <dt>"Error type"</dt>
                <dd><code>{error_type.as_str()}</code></dd>
                <dt>"Reason"</dt>
                <dd><code>{reason.as_str()}</code></dd>
                <dt>"Failed step"</dt>
                <dd>{link(failed_step, "not known")}</dd>
                <dt>"Last successful step"</dt>
                <dd>{link(last_successful_step, "none: no step had succeeded")}</dd>
                <dt>"Safe retry"</dt>
                <dd>{words::of_safe_retry(safe_retry)}</dd>
                <dt>"When"</dt>
                <dd><When at=timestamp /></dd>
            </dl>
            {retried_from.map(|step| {
                let shown = step.clone();
                let may = Memo::new(move |_| view.may_retry(&shown));
                view! {
                    <Show when=move || may.get()>
                        <p class="actions"><RetryFromStep view=view step=step.clone() class="btn primary" /></p>
                    </Show>
                }
            })}
            {(!complete).then(|| view! {
                <p class="failure-missing" data-incomplete="">{not_known(&missing_fields)}</p>
            })}
        </section>
    }
}

fn not_known(fields: &[String]) -> String {
    if fields.is_empty() {
        "The context of this failure is incomplete.".to_owned()
    } else {
        let fields: Vec<String> = fields.iter().map(|field| words::of_code(field)).collect();
        format!("The context of this failure is incomplete. Not known: {}.", fields.join(", "))
    }
}
