//! The run's steps over time, and the attempt that is selected.

mod axis;
mod bars;
mod row;

use super::attempt::AttemptPanel;
use super::history::History;
use super::selection::Selected;
use super::view::RunView;
use crate::components::Loaded;
use crate::state::Clock;
use axis::Axis;
use bars::{BarKind, bars, ms};
use domain::contract::StepKey;
use leptos::prelude::*;
use row::Row;
use wire::{RunResponse, StepList};

/// Steps, the selected attempt with its log, and what happened.
#[component]
pub fn TimelineTab(view: RunView, run: Signal<RunResponse>) -> impl IntoView {
    view! {
        <Loaded query=view.steps rows=6 let:steps>
            <Gantt view=view run=run steps=steps />
            <AttemptPanel view=view steps=steps />
        </Loaded>
        <History view=view />
    }
}

/// A row: an attempt, or a step that was not tried yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RowKey {
    step: StepKey,
    attempt: Option<u32>,
}

#[component]
fn Gantt(view: RunView, run: Signal<RunResponse>, steps: Signal<StepList>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let created = run.with_untracked(|run| run.created_at);
    let now_ms = Memo::new(move |_| match run.with(|run| run.completed_at) {
        Some(end) => ms(end),
        None => clock.now_ms.get(),
    });
    let axis = Memo::new(move |_| {
        let now = now_ms.get();
        steps.with(|steps| {
            let all = steps.items.iter().flat_map(|step| {
                let own = step.attempts.iter().filter(|attempt| attempt.inherited_from.is_none());
                own.flat_map(|attempt| bars(&steps.items, step, attempt, created, now))
            });
            let busy: Vec<_> =
                all.filter(|bar| bar.kind == BarKind::Working).map(|bar| (bar.from_ms, bar.to_ms)).collect();
            Axis::new(ms(created), now, &busy)
        })
    });
    let rows = Memo::new(move |_| {
        steps.with(|steps| {
            let rows = steps.items.iter().flat_map(|step| {
                let untried = step.attempts.is_empty().then_some(None);
                let tried = step.attempts.iter().map(|attempt| Some(attempt.attempt));
                tried.chain(untried).map(|attempt| RowKey { step: step.step.clone(), attempt })
            });
            rows.collect::<Vec<_>>()
        })
    });
    view! {
        <section class="gantt" aria-labelledby="steps-title">
            <div class="gantt-head">
                <h2 id="steps-title">"Steps"</h2>
                {move || view.is_chosen.get().then(|| view! {
                    <a href=view.page() data-noscroll="">"Go along with the run"</a>
                })}
            </div>
            <div class="gantt-axis" aria-hidden="true">
                <div class="gantt-chart">{move || axis.with(marks)}</div>
            </div>
            <ol>
                <For each=move || rows.get() key=RowKey::clone let:key>
                    <Row view=view steps=steps axis=axis created=created now_ms=now_ms row=key />
                </For>
            </ol>
        </section>
    }
}

fn marks(axis: &Axis) -> Vec<AnyView> {
    let start = axis.start_ms();
    let marks = axis.marks().into_iter().map(|mark| {
        let left = axis.left(axis.place(start + mark));
        view! { <span class="gantt-mark" style:left=left>{axis::label(mark)}</span> }.into_any()
    });
    let folds = axis.folds().iter().map(|fold| {
        let left = axis.left(axis.place(fold.from_ms));
        let text = format!("⌇ {}", axis::label(fold.idle_ms));
        view! { <span class="gantt-fold-label" style:left=left>{text}</span> }.into_any()
    });
    marks.chain(folds).collect()
}

impl RowKey {
    fn selection(&self) -> Option<Selected> {
        self.attempt.map(|attempt| Selected { step: self.step.clone(), attempt })
    }
}
