//! Runs as a table; on a narrow screen as cards.

use crate::components::{Elapsed, StatusBadge, StatusKind, When};
use domain::{Actor, RunId};
use leptos::prelude::*;
use wire::RunResponse;

/// The runs that `rows` holds. A row is made once and kept while its run changes.
#[component]
pub fn RunTable(
    #[prop(into)] label: String,
    #[prop(into)] ids: Signal<Vec<RunId>>,
    /// The run of a row, as it is now.
    row: Callback<RunId, Option<RunResponse>>,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=name>
            <table class="table cards runs" role="table" aria-label=label>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Status"</th>
                        <th scope="col" role="columnheader">"Run"</th>
                        <th scope="col" role="columnheader">"Workflow"</th>
                        <th scope="col" role="columnheader">"Base"</th>
                        <th scope="col" role="columnheader">"Step"</th>
                        <th scope="col" role="columnheader">"Started"</th>
                        <th scope="col" role="columnheader">"Duration"</th>
                        <th scope="col" role="columnheader">"Attempt"</th>
                        <th scope="col" role="columnheader">"By"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <RunRow id=id row=row />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn RunRow(id: RunId, row: Callback<RunId, Option<RunResponse>>) -> impl IntoView {
    let Some(first) = untrack(|| row.run(id)) else { return ().into_any() };
    // A row that is about to go shows what it last showed.
    let run = Memo::new(move |before: Option<&RunResponse>| {
        row.run(id).or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let kind = Memo::new(move |_| StatusKind::from(run.with(|run| run.status)));
    let times = Memo::new(move |_| run.with(|run| (run.started_at, run.completed_at)));
    let created_at = run.with_untracked(|run| run.created_at);
    let title = move || run.with(|run| format!("#{} {}", run.number, title_of(run)));
    let step = move || run.with(|run| run.current_step.as_ref().map(ToString::to_string));
    view! {
        <tr role="row" data-run=id.to_string()>
            <td role="cell" class="cell-status"><StatusBadge kind=kind /></td>
            <td role="cell" class="cell-title"><a href=move || run.with(|run| run.page.clone())>{title}</a></td>
            <td role="cell" data-label="Workflow">
                <span class="mono">{move || run.with(|run| format!("{}@v{}", run.workflow.name, run.workflow.version))}</span>
            </td>
            <td role="cell" data-label="Base">
                <span class="mono">{move || run.with(|run| run.base_ref.clone()).unwrap_or_else(|| "–".to_owned())}</span>
            </td>
            <td role="cell" data-label="Step">
                <span class="mono">{move || step().unwrap_or_else(|| "–".to_owned())}</span>
            </td>
            <td role="cell" data-label="Started">
                {move || times.get().0.map_or_else(
                    || view! { <span class="muted">"asked "<When at=created_at /></span> }.into_any(),
                    |at| view! { <When at=at /> }.into_any(),
                )}
            </td>
            <td role="cell" data-label="Duration">
                {move || match times.get() {
                    (Some(start), end) => view! { <Elapsed start=start end=end /> }.into_any(),
                    (None, _) => "–".into_any(),
                }}
            </td>
            <td role="cell" data-label="Attempt">{move || run.with(|run| run.attempt)}</td>
            <td role="cell" data-label="By">{move || run.with(|run| name_of(&run.initiating_actor))}</td>
        </tr>
    }
    .into_any()
}

/// What people call a run: its title, or what it does.
pub fn title_of(run: &RunResponse) -> String {
    run.title.clone().unwrap_or_else(|| run.workflow.name.to_string())
}

/// Who it was, in a word.
fn name_of(actor: &Actor) -> String {
    actor.name.clone().unwrap_or_else(|| "the runtime".to_owned())
}
