//! Gates that wait for somebody.

use super::Tab;
use super::decided::LastDecided;
use super::follow::Changes;
use super::item::Item;
use super::keys::{focus, move_by_keys};
use super::names::{Names, PAGE};
use super::rows::{Row, merge, next_open};
use super::selected::Selected;
use crate::api::{RunPath, use_api};
use crate::approval::is_wide;
use crate::components::{Empty, Loaded};
use crate::state::{Inbox, Live, Query};
use domain::ApprovalId;
use domain::approval::ApprovalStatus;
use domain::run::Status;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen_futures::spawn_local;
use wire::{ApprovalList, ListApprovals, ListRuns};

/// From this width on the list and the gate stand side by side, in pixels. The style sheet knows it too.
const WIDE: f64 = 1_000.0;

/// The list of open gates beside the selected one.
#[component]
pub fn Open(selected: Memo<Option<ApprovalId>>, changes: Changes) -> impl IntoView {
    let api = use_api();
    let gates = Query::new(move || {
        changes.any.track();
        async move {
            let status = vec![ApprovalStatus::Pending, ApprovalStatus::Blocked];
            let query = ListApprovals { status, limit: Some(PAGE), ..ListApprovals::default() };
            api.list_approvals(&query).await
        }
    });
    let live = expect_context::<Live>();
    Effect::new(move |_| live.true_at_ms.set(gates.read_at_ms.get()));
    move_by_keys();
    view! {
        <Loaded query=gates rows=5 let:data>
            <List gates data selected changes />
        </Loaded>
    }
}

#[component]
fn List(
    gates: Query<ApprovalList>,
    data: Signal<ApprovalList>,
    selected: Memo<Option<ApprovalId>>,
    changes: Changes,
) -> impl IntoView {
    let api = use_api();
    let inbox = expect_context::<Inbox>();
    let rows = RwSignal::new(Vec::<Row>::new());
    Effect::new(move |_| {
        let merged = data.with(|list| merge(&rows.read_untracked(), &list.items));
        if rows.with_untracked(|rows| *rows != merged) {
            rows.set(merged);
        }
        read_closed(rows);
    });
    let named = Query::new(move || {
        data.track();
        let query =
            ListRuns { status: vec![Status::AwaitingApproval], limit: Some(PAGE), ..ListRuns::default() };
        Names::load(api, query)
    });
    // A run that is decided is no longer among those read, and keeps its row.
    let names = Memo::new(move |before| named.data.get().unwrap_or_default().with(before));
    let wide = is_wide(WIDE);
    let ids =
        Memo::new(move |_| rows.with(|rows| rows.iter().map(|row| row.approval.id).collect::<Vec<_>>()));
    let first = Memo::new(move |_| {
        rows.with(|rows| rows.iter().find(|row| !row.is_closed).or(rows.first()).map(|row| row.approval.id))
    });
    // The first is shown where there is room, and stays when it is decided.
    let shown = Memo::new(move |before: Option<&Option<ApprovalId>>| {
        let kept = before.copied().flatten().filter(|id| ids.with(|ids| ids.contains(id)));
        selected.get().or_else(|| wide.get().then(|| kept.or(first.get())).flatten())
    });
    let path = Memo::new(move |_| {
        rows.with(|rows| {
            let row = rows.iter().find(|row| Some(row.approval.id) == shown.get())?;
            Some(RunPath { project: row.approval.project_id, run: row.approval.run_id })
        })
    });
    let navigate = StoredValue::new_local(use_navigate());
    // A gate that was decided here: once it is no longer open, the next one is taken up.
    let leaving = RwSignal::new(None::<ApprovalId>);
    let changed = Callback::new(move |()| {
        leaving.set(shown.get_untracked());
        gates.refetch();
        inbox.open.refetch();
    });
    Effect::new(move |_| {
        let Some(id) = leaving.get() else { return };
        let is_closed = |row: &Row| row.is_closed && row.approval.id == id;
        let Some(next) = rows.with(|rows| rows.iter().any(is_closed).then(|| next_open(rows, id))) else {
            return;
        };
        leaving.set(None);
        let Some(next) = next else { return };
        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
        let to = wide.get_untracked().then_some(next);
        navigate.with_value(|navigate| navigate(&Tab::Open.href(to), options));
        focus(next);
    });
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let hide = move |_| rows.update(|rows| rows.retain(|row| !row.is_closed));
    let has_closed = Memo::new(move |_| rows.with(|rows| rows.iter().any(|row| row.is_closed)));
    let list = move || {
        view! {
            <div class="inbox-list">
                <ol aria-label="Open gates, oldest first">
                    <For each=move || rows.get() key=|row| row.approval.id let:row>
                        <Item row=row_of(rows, row) names=names.into() tab=Tab::Open selected=shown />
                    </For>
                </ol>
                {move || has_closed.get().then(|| view! {
                    <button type="button" class="btn quiet" on:click=hide>"Hide decided"</button>
                })}
            </div>
        }
    };
    let gate = move || match (shown.get(), path.get()) {
        (Some(id), Some(path)) => view! { <Selected id path changes on_change=changed /> }.into_any(),
        (Some(id), None) => view! {
            <Empty title="This gate is not open">
                <p>
                    "It was decided, or its run was cancelled. "
                    <a href=Tab::Decided.href(Some(id))>"Look among the decided ones"</a>
                </p>
            </Empty>
        }
        .into_any(),
        (None, _) => ().into_any(),
    };
    view! {
        {move || (is_empty.get() && selected.get().is_none()).then(|| view! {
            <Empty title="Nothing is waiting for you">
                <p>"A run that needs a decision appears here by itself."</p>
            </Empty>
            <LastDecided changes />
        })}
        <div class="inbox" data-selected=move || selected.get().is_some().to_string()>
            {move || (!is_empty.get()).then(list)}
            <div class="inbox-gate">
                {move || selected.get().is_some().then(|| view! {
                    <p class="inbox-back"><a href=Tab::Open.href(None)>"← All open gates"</a></p>
                })}
                {gate}
            </div>
        </div>
    }
}

/// The newest of a row, and its last while it leaves the list.
fn row_of(rows: RwSignal<Vec<Row>>, first: Row) -> Signal<Row> {
    let id = first.approval.id;
    let newest = Memo::new(move |before: Option<&Row>| {
        let found = rows.with(|rows| rows.iter().find(|row| row.approval.id == id).cloned());
        found.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    newest.into()
}

/// Reads how the closed gates ended.
fn read_closed(rows: RwSignal<Vec<Row>>) {
    let api = use_api();
    let closed: Vec<_> = rows.with_untracked(|rows| {
        let unread = rows.iter().filter(|row| row.is_closed && row.approval.outcome.is_none());
        unread.map(|row| (row.approval.id, row.approval.project_id, row.approval.run_id)).collect()
    });
    for (id, project, run) in closed {
        spawn_local(async move {
            // Where it cannot be read the row says less.
            let Ok(approval) = api.get_approval(RunPath { project, run }, id).await else { return };
            rows.try_update(|rows| {
                if let Some(row) = rows.iter_mut().find(|row| row.approval.id == id) {
                    row.approval = approval;
                }
            });
        });
    }
}
