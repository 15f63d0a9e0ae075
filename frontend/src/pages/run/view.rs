//! What the parts of a run's page share.

use super::selection::{Selected, Tab};
use crate::api::{ApiClient, Failure, RunPath, use_api};
use crate::state::Query;
use domain::contract::StepKey;
use domain::event::EventKind;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeMap;
use std::sync::Arc;
use wire::{ActionResponse, EventResponse, ListTransitions, RunResponse, StepList, TransitionResponse};

/// The most transitions in one answer.
const PAGE: i64 = 1_000;

/// A run that is open: its data, and what of it is selected.
#[derive(Clone, Copy)]
pub struct RunView {
    pub path: RunPath,
    pub run: Query<RunResponse>,
    pub steps: Query<StepList>,
    pub transitions: Query<Vec<TransitionResponse>>,
    /// Every event once, by its number, whatever order they came in.
    pub events: RwSignal<BTreeMap<i64, Arc<EventResponse>>>,
    /// The number of the newest event known; what depends on the run is read anew when it rises.
    pub changed: RwSignal<i64>,
    pub tab: Memo<Tab>,
    /// The step that somebody wants to retry from.
    pub retrying_step: RwSignal<Option<StepKey>>,
    /// The attempt whose details are shown.
    pub selected: Memo<Option<Selected>>,
    /// Whether the address names the attempt; otherwise the page goes along with the run.
    pub is_chosen: Memo<bool>,
}

impl RunView {
    pub fn new(path: RunPath) -> Self {
        let api = use_api();
        let query = use_query_map();
        let changed = RwSignal::new(0_i64);
        let run = Query::new(move || async move { api.get_run(path).await });
        let steps = Query::new(move || {
            changed.track();
            async move { api.list_steps(path).await }
        });
        let transitions = Query::new(move || {
            changed.track();
            all_transitions(api, path)
        });
        Effect::new(move |_| {
            let newest = run.data.with(|run| run.as_ref().map_or(0, |run| run.last_event_seq));
            if changed.get_untracked() < newest {
                changed.set(newest);
            }
        });
        let tab = Memo::new(move |_| query.with(|query| Tab::of_query(query.get_str("tab"))));
        let chosen = Memo::new(move |_| {
            query.with(|query| {
                steps.data.with(|steps| {
                    let steps = steps.as_ref()?;
                    Selected::of_query(query.get_str("step"), query.get_str("attempt"), &steps.items)
                })
            })
        });
        let selected = Memo::new(move |_| {
            chosen.get().or_else(|| {
                steps
                    .data
                    .with(|steps| run.data.with(|run| Selected::usual(run.as_ref()?, &steps.as_ref()?.items)))
            })
        });
        let is_chosen = Memo::new(move |_| chosen.with(Option::is_some));
        let events = RwSignal::new(BTreeMap::new());
        let retrying_step = RwSignal::new(None);
        Self { path, run, steps, transitions, events, changed, tab, retrying_step, selected, is_chosen }
    }

    /// Whether the pinned contract and the caller's role let the run be retried from this step.
    pub fn may_retry(self, step: &StepKey) -> bool {
        self.run.data.with(|run| {
            let actions = run.iter().flat_map(|run| &run.allowed_actions);
            let of_step = |action: &&ActionResponse| {
                action.action == "retry_step" && action.step.as_ref() == Some(step) && action.allowed
            };
            actions.into_iter().any(|action| of_step(&action))
        })
    }

    /// The address of the page, without what it selects.
    pub fn page(self) -> String {
        format!("/projects/{}/runs/{}", self.path.project, self.path.run)
    }

    /// Reads the run again, after something that was done to it here.
    pub fn on_change(self) -> Callback<()> {
        Callback::new(move |()| self.run.refetch())
    }
}

/// Whether a run's last event has this name.
pub const fn is_last(event: EventKind) -> bool {
    match event {
        EventKind::RunCompleted | EventKind::RunFailed | EventKind::RunCancelled => true,
        EventKind::RunCreated
        | EventKind::RunRetried
        | EventKind::RunStarted
        | EventKind::StepStarted
        | EventKind::StepCompleted
        | EventKind::StepFailed
        | EventKind::ApprovalRequested
        | EventKind::ApprovalBlocked
        | EventKind::ApprovalRefreshed
        | EventKind::ApprovalVoted
        | EventKind::ApprovalGranted
        | EventKind::ApprovalRejected
        | EventKind::ApprovalExpired => false,
    }
}

async fn all_transitions(api: ApiClient, path: RunPath) -> Result<Vec<TransitionResponse>, Failure> {
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let query = ListTransitions { after: Some(after), limit: Some(PAGE) };
        let page = api.list_transitions(path, &query).await?;
        let is_last = (page.items.len() as i64) < PAGE;
        all.extend(page.items);
        if is_last {
            return Ok(all);
        }
        after = page.next_after;
    }
}
