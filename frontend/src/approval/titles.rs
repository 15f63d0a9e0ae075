//! What the steps of a run are called.

use crate::api::{RunPath, use_api};
use crate::state::Query;
use crate::text::visible;
use domain::contract::StepKey;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The titles of the run's steps, once they are read.
#[derive(Clone, Copy)]
pub struct Titles(Query<BTreeMap<StepKey, String>>);

impl Titles {
    pub fn read(path: RunPath) -> Self {
        let api = use_api();
        Self(Query::new(move || async move {
            let steps = api.list_steps(path).await?.items;
            Ok(steps.into_iter().filter_map(|step| Some((step.step, step.title?))).collect())
        }))
    }

    /// The step's title, with its key for whoever points at it; the key alone where it has none.
    pub fn name(self, step: &StepKey) -> AnyView {
        let title = self.0.data.with(|titles| titles.as_ref()?.get(step).cloned());
        match title {
            Some(title) => {
                view! { <span class="step-name" title=step.to_string()>{visible::shown(&title)}</span> }
                    .into_any()
            }
            None => view! { <code>{step.to_string()}</code> }.into_any(),
        }
    }
}
