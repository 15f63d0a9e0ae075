//! The catalogue of workflows and the form that starts a run.

mod catalogue;
mod control;
mod detail;
mod entry;
mod input;
mod labels;
mod list_input;
mod selection;
mod start;
mod start_fields;
mod typed;

use crate::api::{ApiClient, Failure, use_api};
use crate::components::{Empty, Loaded, PageHead};
use crate::state::Query;
use catalogue::Catalogue;
use detail::Detail;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use selection::Selection;
use wire::{PageQuery, WorkflowResponse};

/// The catalogue of workflows and the form that starts a run.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    let api = use_api();
    let query = use_query_map();
    let parsed = Memo::new(move |_| {
        query.with(|query| Selection::parse(query.into_iter().map(|(k, v)| (k.as_ref(), v))))
    });
    let selection = Memo::new(move |_| parsed.get().0);
    let workflow = Memo::new(move |_| selection.get().workflow);
    let workflows = Query::new(move || all_workflows(api));
    let ignored = move || {
        let ignored = parsed.with(|(_, ignored)| ignored.join(", "));
        (!ignored.is_empty()).then(|| view! { <p class="muted">"Ignored: "<code>{ignored}</code></p> })
    };
    let state = move || if workflow.get().is_some() { "chosen" } else { "none" };
    view! {
        <PageHead title="Workflows" />
        {ignored}
        <div class="split" data-selection=state>
            <div class="split-list stack">
                <Loaded query=workflows rows=6 let:list>
                    <Catalogue list=list selection=selection />
                </Loaded>
            </div>
            <div class="split-detail">
                {move || match workflow.get() {
                    Some(name) => view! { <Detail name=name selection=selection /> }.into_any(),
                    None => view! {
                        <Empty title="Choose a workflow."><p>"Its steps and the form that starts a run appear here."</p></Empty>
                    }
                    .into_any(),
                }}
            </div>
        </div>
    }
}

async fn all_workflows(api: ApiClient) -> Result<Vec<WorkflowResponse>, Failure> {
    let mut workflows = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.list_workflows(&PageQuery { cursor, limit: Some(200) }).await?;
        workflows.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(workflows);
        }
    }
}
