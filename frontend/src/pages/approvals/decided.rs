//! Gates that are no longer open.

use super::Tab;
use super::follow::Changes;
use super::item::Item;
use super::keys::move_by_keys;
use super::names::{Names, PAGE};
use super::rows::Row;
use super::selected::Selected;
use crate::api::{ApiClient, Failure, RunPath, use_api};
use crate::components::{Empty, Loaded};
use crate::state::{Live, Query};
use domain::ApprovalId;
use domain::approval::ApprovalStatus;
use leptos::prelude::*;
use wire::{ApprovalResponse, ListApprovals, ListRuns};

/// Pages of gates that are read at most; the server lists the oldest first.
const PAGES: usize = 10;
/// How many of the last decided gates an empty inbox shows.
const LAST: usize = 5;

/// The decided gates, the last decided first.
async fn load(api: ApiClient) -> Result<Vec<ApprovalResponse>, Failure> {
    let mut found = Vec::new();
    let mut cursor = None;
    for _ in 0..PAGES {
        let status = vec![
            ApprovalStatus::Approved,
            ApprovalStatus::Rejected,
            ApprovalStatus::Expired,
            ApprovalStatus::Cancelled,
        ];
        let query = ListApprovals { status, cursor, limit: Some(PAGE), ..ListApprovals::default() };
        let page = api.list_approvals(&query).await?;
        found.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    sort(&mut found);
    Ok(found)
}

fn sort(approvals: &mut [ApprovalResponse]) {
    approvals.sort_by_key(|approval| {
        let decided_at = approval.outcome.as_ref().and_then(|outcome| outcome.at);
        std::cmp::Reverse((decided_at.unwrap_or(approval.requested_at), approval.id))
    });
}

fn decided(changes: Changes) -> (Query<Vec<ApprovalResponse>>, Memo<Names>) {
    let api = use_api();
    let gates = Query::new(move || {
        changes.any.track();
        load(api)
    });
    let named = Query::new(move || {
        changes.any.track();
        Names::load(api, ListRuns { limit: Some(PAGE), ..ListRuns::default() })
    });
    (gates, Memo::new(move |_| named.data.get().unwrap_or_default()))
}

/// The list of decided gates beside the selected one.
#[component]
pub fn Decided(selected: Memo<Option<ApprovalId>>, changes: Changes) -> impl IntoView {
    let (gates, names) = decided(changes);
    let live = expect_context::<Live>();
    Effect::new(move |_| live.true_at_ms.set(gates.read_at_ms.get()));
    move_by_keys();
    view! {
        <Loaded query=gates rows=5 let:data>
            {
                let path = Memo::new(move |_| data.with(|gates| {
                    let gate = gates.iter().find(|gate| Some(gate.id) == selected.get())?;
                    Some(RunPath { project: gate.project_id, run: gate.run_id })
                }));
                let gate = move || match (selected.get(), path.get()) {
                    (Some(id), Some(path)) => {
                        view! { <Selected id path changes on_change=Callback::new(|()| {}) /> }.into_any()
                    }
                    (Some(_), None) => view! {
                        <Empty title="There is no such gate among the decided ones">
                            <p><a href=Tab::Open.href(None)>"Look among the open ones"</a></p>
                        </Empty>
                    }
                    .into_any(),
                    (None, _) => view! { <p class="muted inbox-hint">"Choose a gate to see its evidence and who decided."</p> }.into_any(),
                };
                let is_empty = Memo::new(move |_| data.with(Vec::is_empty));
                move || if is_empty.get() {
                    view! { <Empty title="Nothing was decided yet"><p>"Decided gates stay here with their evidence."</p></Empty> }.into_any()
                } else {
                    view! {
                        <div class="inbox" data-selected=move || selected.get().is_some().to_string()>
                            <div class="inbox-list">
                                <Rows data count=usize::MAX names selected label="Decided gates, the last decided first" />
                            </div>
                            <div class="inbox-gate">
                                {move || selected.get().is_some().then(|| view! {
                                    <p class="inbox-back"><a href=Tab::Decided.href(None)>"← All decided gates"</a></p>
                                })}
                                {gate}
                            </div>
                        </div>
                    }
                    .into_any()
                }
            }
        </Loaded>
    }
}

/// The gates that were decided last.
#[component]
pub fn LastDecided(changes: Changes) -> impl IntoView {
    let (gates, names) = decided(changes);
    view! {
        <Loaded query=gates rows=2 let:data>
            {move || data.with(|gates| !gates.is_empty()).then(|| view! {
                <section class="inbox-last">
                    <h2>"Decided last"</h2>
                    <div class="inbox-list">
                        <Rows data count=LAST names selected=Signal::stored(None) label="Decided last" />
                    </div>
                </section>
            })}
        </Loaded>
    }
}

#[component]
fn Rows(
    data: Signal<Vec<ApprovalResponse>>,
    count: usize,
    names: Memo<Names>,
    #[prop(into)] selected: Signal<Option<ApprovalId>>,
    label: &'static str,
) -> impl IntoView {
    let some = move || data.with(|gates| gates.iter().take(count).cloned().collect::<Vec<_>>());
    view! {
        <ol aria-label=label>
            <For each=some key=|gate| gate.id let:gate>
                <Item row=Signal::stored(Row { approval: gate, is_closed: true }) names=names.into() tab=Tab::Decided selected />
            </For>
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::sample;
    use domain::Timestamp;
    use wire::OutcomeResponse;

    #[test]
    fn the_last_decided_comes_first() {
        let gate = |decided_at: i64| {
            let (status, at) = (ApprovalStatus::Approved, Some(Timestamp::from_micros(decided_at)));
            let outcome = Some(OutcomeResponse { status, at, decided_by: None });
            ApprovalResponse { outcome, ..sample::approval() }
        };
        let mut gates = vec![gate(5), gate(9), gate(7)];
        sort(&mut gates);
        let order: Vec<_> =
            gates.iter().map(|gate| gate.outcome.clone().unwrap().at.unwrap().micros()).collect();
        assert_eq!(order, [9, 7, 5]);
    }
}
