//! The change that would ship.

use super::super::diff::DiffView;
use super::super::gate_state::{Block, Happening};
use super::block::{EvidenceBlock, Marking, Seeing};
use crate::api::{RunPath, use_api};
use crate::components::{DigestText, Loaded};
use crate::state::Query;
use domain::evidence::{DiffSummary, RiskNote};
use leptos::prelude::*;
use wire::DiffResponse;

/// The diff summary with the whole diff below it.
#[component]
pub fn Changes(
    seeing: Seeing,
    path: RunPath,
    summary: Option<DiffSummary>,
    notes: Vec<RiskNote>,
    /// Reads the gate again: its change is not the run's any more.
    on_other: Callback<()>,
) -> impl IntoView {
    let gist = summary.as_ref().map_or_else(|| "not recorded".to_owned(), gist);
    let content = match summary {
        None => {
            Effect::new(move |_| seeing.happen(Block::Diff, Happening::Absent));
            view! { <p class="unrecorded">"No changes recorded."</p> }.into_any()
        }
        Some(summary) => {
            view! { <Summary summary=summary.clone() /> <Whole seeing path summary notes on_other /> }
                .into_any()
        }
    };
    view! { <EvidenceBlock seeing block=Block::Diff title="Changes" gist=gist>{content}</EvidenceBlock> }
}

#[component]
fn Summary(summary: DiffSummary) -> impl IntoView {
    let commits = summary.base.zip(summary.commit);
    view! {
        <p>{summary.text}</p>
        {commits.map(|(base, commit)| view! {
            <p class="commits">
                <DigestText digest=base name="base commit" />
                <span aria-hidden="true">" → "</span><span class="visually-hidden">" to "</span>
                <DigestText digest=commit name="candidate commit" />
            </p>
        })}
    }
}

/// The diff itself, where the run has a repository.
#[component]
fn Whole(
    seeing: Seeing,
    path: RunPath,
    summary: DiffSummary,
    notes: Vec<RiskNote>,
    on_other: Callback<()>,
) -> impl IntoView {
    let Some(expected) = summary.sha256 else {
        Effect::new(move |_| seeing.happen(Block::Diff, Happening::Rendered));
        return view! { <p class="muted">"The run has no repository: there is no diff to show."</p> }
            .into_any();
    };
    let api = use_api();
    let diff = Query::new(move || async move { api.get_diff(path).await });
    let expected = StoredValue::new(expected);
    let is_same = move |diff: &DiffResponse| expected.with_value(|expected| *expected == diff.sha256);
    Effect::new(move |_| {
        let shown = diff.data.with(|data| data.as_ref().map(is_same));
        let failed = diff.failure.with(Option::is_some);
        seeing.happen(
            Block::Diff,
            match (failed, shown) {
                (true, _) | (_, Some(false)) => Happening::Failed,
                (false, Some(true)) => Happening::Rendered,
                (false, None) => Happening::Retried,
            },
        );
    });
    let notes = StoredValue::new(notes);
    let read_again = move |_| {
        on_other.run(());
        diff.refetch();
    };
    view! {
        <Loaded query=diff rows=8 let:data>
            {
                let same = Memo::new(move |_| data.with(is_same));
                move || match (same.get(), seeing.marking) {
                    (true, _) => view! { <DiffView path diff=data.get_untracked() notes=notes.get_value() /> }.into_any(),
                    (false, Marking::Asked) => view! {
                        <div class="problem">
                            <p class="problem-title">"The run's change is not the one that this evidence describes"</p>
                            <p>"The gate may have been refreshed a moment ago."</p>
                            <p class="problem-actions">
                                <button type="button" class="btn" on:click=read_again>"Read both again"</button>
                            </p>
                        </div>
                    }.into_any(),
                    (false, Marking::Free) => view! {
                        <p class="muted">
                            "A later gate of this run shows another change. The change of this gate is kept among the run's artifacts."
                        </p>
                    }.into_any(),
                }
            }
        </Loaded>
    }
    .into_any()
}

fn gist(summary: &DiffSummary) -> String {
    let files = match summary.files_changed {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    format!("{files} · +{} −{}", summary.additions, summary.deletions)
}
