//! One row of the timeline.

use super::RowKey;
use super::axis::Axis;
use super::bars::bars;
use crate::components::{Elapsed, StatusBadge, StatusKind};
use crate::pages::run::attempt::{kind_of, test_counts};
use crate::pages::run::view::RunView;
use crate::pages::run::words;
use crate::text::visible;
use domain::Timestamp;
use leptos::prelude::*;
use wire::{AttemptResponse, StepList, StepResponse};

/// A bar as it is drawn: its kind, and its left edge and width as CSS.
type Drawn = (&'static str, String, String);

/// An attempt with its bar; the name selects it.
#[component]
pub fn Row(
    view: RunView,
    steps: Signal<StepList>,
    axis: Memo<Axis>,
    created: Timestamp,
    now_ms: Memo<i64>,
    row: RowKey,
) -> impl IntoView {
    let selection = row.selection();
    let found = {
        let row = row.clone();
        move |steps: &StepList| -> Option<(StepResponse, Option<AttemptResponse>)> {
            let step = steps.items.iter().find(|step| step.step == row.step)?;
            let attempt = step.attempts.iter().find(|attempt| Some(attempt.attempt) == row.attempt);
            Some((step.clone(), attempt.cloned()))
        }
    };
    let data = Memo::new(move |_| steps.with(&found));
    let attempt = Memo::new(move |_| data.get().and_then(|(_, attempt)| attempt));
    let drawn = Memo::new(move |_| -> Vec<Drawn> {
        let Some((step, Some(attempt))) = data.get() else { return Vec::new() };
        if attempt.inherited_from.is_some() {
            // It took its time in another run.
            return Vec::new();
        }
        let now = now_ms.get();
        let bars = steps.with(|steps| bars(&steps.items, &step, &attempt, created, now));
        axis.with(|axis| {
            let draw = |bar: &super::bars::Bar| {
                let (from, to) = (axis.place(bar.from_ms), axis.place(bar.to_ms));
                (bar.kind.key(), axis.left(from), axis.width(from, to))
            };
            bars.iter().map(draw).collect()
        })
    });
    let kind = Memo::new(move |_| {
        data.with(|data| {
            let (step, attempt) = data.as_ref()?;
            Some(kind_of(&step.uses, attempt.as_ref()?.state))
        })
    });
    let breaks = Memo::new(move |_| {
        axis.with(|axis| {
            axis.folds().iter().map(|fold| axis.left(axis.place(fold.from_ms))).collect::<Vec<_>>()
        })
    });
    let step_title = data.with_untracked(|data| data.as_ref().and_then(|(step, _)| step.title.clone()));
    let is_retried =
        Memo::new(move |_| data.with(|data| data.as_ref().is_some_and(|(step, _)| step.attempts.len() > 1)));
    let key = row.step.to_string();
    let shown_title = step_title.as_deref().map(visible::shown);
    let name = shown_title.map_or_else(
        || view! { <code>{row.step.to_string()}</code> }.into_any(),
        |title| view! { <span>{title}</span> }.into_any(),
    );
    let number = row.attempt.unwrap_or_default();
    let label = move || {
        view! {
            {name}
            {move || is_retried.get().then(|| view! { <span class="gantt-try">{format!("attempt {number}")}</span> })}
        }
    };
    let chosen = selection.clone();
    let is_selected = Memo::new(move |_| chosen.is_some() && view.selected.get() == chosen);
    view! {
        <li class="gantt-row" data-selected=move || is_selected.get().to_string() data-step=row.step.to_string() data-attempt=row.attempt>
            {match selection {
                Some(selection) => view! {
                    <a
                        class="gantt-name" href=selection.href(&view.page()) data-noscroll="" title=key
                        aria-current=move || is_selected.get().then_some("true")
                    >
                        {label()}
                    </a>
                }.into_any(),
                None => view! { <span class="gantt-name" title=key>{label()}</span> }.into_any(),
            }}
            <span class="gantt-state">
                {move || match kind.get() {
                    Some(kind) => view! { <StatusBadge kind=Signal::stored(kind) /> }.into_any(),
                    None => view! { <span class="muted">"not reached"</span> }.into_any(),
                }}
            </span>
            <div class="gantt-chart" aria-hidden="true">
                {move || drawn.get().into_iter().map(|(bar, left, width)| view! {
                    <span
                        class="gantt-bar" data-bar=bar style:left=left style:width=width
                        data-s=kind.get().map(StatusKind::key)
                    ></span>
                }).collect_view()}
                {move || breaks.get().into_iter().map(|left| view! {
                    <span class="gantt-fold" style:left=left></span>
                }).collect_view()}
            </div>
            <span class="gantt-time">
                {move || attempt.get().filter(|attempt| attempt.inherited_from.is_none()).and_then(|attempt| attempt.started_at.map(|start| (start, attempt.finished_at)))
                    .map(|(start, end)| view! { <Elapsed start=start end=end /> })}
            </span>
            <span class="gantt-notes">
                {move || attempt.with(|attempt| attempt.as_ref().map(notes).unwrap_or_default()).into_iter().map(|(kind, note)| view! {
                    <span class="chip" data-note=kind>{note}</span>
                }).collect_view()}
            </span>
        </li>
    }
}

/// What is worth knowing of an attempt beside its state.
fn notes(attempt: &AttemptResponse) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if attempt.inherited_from.is_some() {
        notes.push(("plain", "taken over".to_owned()));
    }
    if let Some(failure) = &attempt.failure {
        notes.push(("failed", words::of_code(failure.reason.as_str())));
    }
    if let Some(code) = attempt.exit_code.filter(|&code| code != 0) {
        notes.push(("plain", format!("exit code {code}")));
    }
    if let Some(counts) = attempt.tests.as_ref().and_then(test_counts) {
        notes.push(("plain", counts));
    }
    match attempt.confinement.as_deref() {
        Some("partial") => notes.push(("warning", "partly confined".to_owned())),
        Some("none") => notes.push(("warning", "not confined".to_owned())),
        _ => {}
    }
    notes
}
