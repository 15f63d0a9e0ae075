//! The gate that is selected.

use super::follow::Changes;
use super::names::run_name;
use crate::api::{RunPath, use_api};
use crate::approval::ApprovalPanel;
use crate::components::Loaded;
use crate::state::Query;
use domain::ApprovalId;
use leptos::prelude::*;

/// The panel of a gate with the way to its run.
#[component]
pub fn Selected(
    id: ApprovalId,
    path: RunPath,
    changes: Changes,
    /// The gate was decided or refreshed here.
    on_change: Callback<()>,
) -> impl IntoView {
    let api = use_api();
    let events_seen = changes.of(path.run);
    let run = Query::new(move || {
        // A memo that is only tracked never looks at its sources: it must be read.
        events_seen.get();
        async move { api.get_run(path).await }
    });
    let changed = Callback::new(move |()| {
        run.refetch();
        on_change.run(());
    });
    view! {
        <Loaded query=run rows=8 let:data>
            <p class="inbox-run">
                <a href=move || data.with(|run| run.page.clone())>{move || data.with(run_name)}</a>
                <span class="muted">
                    {move || data.with(|run| format!(" · {} v{}", run.workflow.name, run.workflow.version))}
                </span>
            </p>
            <ApprovalPanel run=data approval=id events_seen=events_seen.into() on_change=changed />
        </Loaded>
    }
}
