//! What a run shipped, once it did.

use super::view::RunView;
use crate::components::DigestText;
use domain::run::AttemptState;
use leptos::prelude::*;
use serde_json::Value;

/// Commit and branch, as the step that shipped them recorded them.
#[component]
pub fn Shipped(view: RunView) -> impl IntoView {
    let shipped = Memo::new(move |_| {
        view.steps.data.with(|steps| {
            let mut ships = steps.iter().flat_map(|steps| &steps.items).filter(|step| step.uses == "ship");
            let attempt = ships.find_map(|step| {
                step.attempts.last().filter(|attempt| attempt.state == AttemptState::Succeeded)
            })?;
            let text = |name: &str| {
                attempt.outputs.as_ref().and_then(|outputs| outputs[name].as_str()).map(str::to_owned)
            };
            Some((
                text("commit")?,
                text("branch")?,
                attempt.outputs.as_ref().map(|outputs| outputs["mode"].clone()),
            ))
        })
    });
    move || {
        shipped.get().map(|(commit, branch, mode)| {
            let verb = if mode == Some(Value::from("dry_run")) { "Kept as a bundle: " } else { "Shipped: " };
            view! {
                <p class="shipped">
                    <strong>{verb}</strong> <DigestText digest=commit name="shipped commit" />
                    " on branch " <code>{branch}</code>
                </p>
            }
        })
    }
}
