//! What the run was given.

use super::words;
use crate::components::{Copy, Empty};
use crate::text::visible;
use domain::contract::{InputMetadata, InputOrigin};
use leptos::prelude::*;
use serde_json::Value;
use wire::RunResponse;

/// The run's inputs, which never change.
#[component]
pub fn Inputs(run: Signal<RunResponse>) -> impl IntoView {
    let run = run.get_untracked();
    let inputs: Vec<_> = run
        .inputs
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let is_empty = inputs.is_empty();
    view! {
        <section class="inputs" aria-labelledby="inputs-title">
            <h2 id="inputs-title">"Inputs"</h2>
            {is_empty.then(|| view! { <Empty title="This workflow takes no inputs"><p>"It always does the same."</p></Empty> })}
            {inputs.into_iter().map(|(name, value)| {
                let metadata = run.input_metadata.get(&name).copied();
                view! { <Input name=name value=value metadata=metadata /> }
            }).collect_view()}
        </section>
    }
}

#[component]
fn Input(name: String, value: Value, metadata: Option<InputMetadata>) -> impl IntoView {
    let text = match &value {
        Value::Object(_) | Value::Array(_) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => words::plain(&value),
    };
    let origin = metadata.map(|metadata| {
        let required = if metadata.required { "required" } else { "optional" };
        let origin = match metadata.origin {
            InputOrigin::Provided => "provided",
            InputOrigin::Defaulted => "default",
        };
        view! { <span class="chip">{required}</span><span class="chip">{origin}</span> }
    });
    view! {
        <div class="panel input">
            <div class="input-head">
                <h3><code>{visible::shown(&name)}</code></h3>
                {origin}
                <Copy text=text.clone() label="Copy value" />
            </div>
            <pre tabindex="0">{visible::shown(&text)}</pre>
        </div>
    }
}
