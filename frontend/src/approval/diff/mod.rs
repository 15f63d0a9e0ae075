//! A diff as people read it.

mod entry;
mod file;
mod line;
mod opened;
mod rows;
mod walk;
mod words;

use super::draft;
use super::width::is_wide;
use crate::api::{RunPath, use_api};
use crate::state::Query;
use domain::evidence::RiskNote;
use entry::{FileEntry, entries};
use file::{FileFacts, FileName, FileView, Shared};
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;
use leptos_router::hooks::query_signal_with_options;
use opened::Opened;
use rows::Layout;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use walk::{go, walk_by_keys};
use wire::DiffResponse;

/// Files that are listed at once.
const FILES: usize = 100;
/// The narrowest window that has room for two sides, in pixels.
const TWO_SIDES: f64 = 1_000.0;

static DIFFS: AtomicU32 = AtomicU32::new(0);

/// A whole diff: its files as links, then each file.
#[component]
pub fn DiffView(
    path: RunPath,
    diff: DiffResponse,
    /// What the evidence notes about files.
    notes: Vec<RiskNote>,
) -> impl IntoView {
    let files: Vec<Arc<FileEntry>> = entries(&diff, &notes).into_iter().map(Arc::new).collect();
    let sha256 = StoredValue::new(diff.sha256.clone());
    let viewed = RwSignal::new(draft::viewed(&diff.sha256));
    Effect::new(move |_| {
        viewed.with(|viewed| sha256.with_value(|sha256| draft::keep_viewed(sha256, viewed)))
    });
    let rows: Vec<_> = files.iter().map(|file| file.patch.rows()).collect();
    let folded: Vec<_> = viewed.with_untracked(|viewed| {
        files.iter().map(|file| file.folded.is_some() || viewed.contains(&file.patch.path)).collect()
    });
    let opened = RwSignal::new(Opened::new(&rows, &folded));
    let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
    let (wanted, want) = query_signal_with_options::<String>("diff", options);
    let has_room = is_wide(TWO_SIDES);
    let layout = Memo::new(move |_| {
        if has_room.get() && wanted.get().as_deref() == Some("split") {
            Layout::Split
        } else {
            Layout::Unified
        }
    });
    let prefix = StoredValue::new(format!("diff{}", DIFFS.fetch_add(1, Ordering::Relaxed)));
    let shared = Shared { opened, viewed, layout, prefix };
    let count = files.len();
    walk_by_keys(shared, count);
    let shown = RwSignal::new(FILES);
    let numbered: Vec<_> = files.into_iter().enumerate().collect();
    let numbered = StoredValue::new(numbered);
    let some =
        move || numbered.with_value(|files| files.iter().take(shown.get()).cloned().collect::<Vec<_>>());
    let more =
        move || {
            (shown.get() < count).then(|| view! {
            <p class="diff-window">
                <button type="button" class="btn" on:click=move |_| shown.update(|shown| *shown += FILES)>
                    {format!("Show {FILES} more files")}
                </button>
                <span>{move || format!("{} of {count}", shown.get())}</span>
            </p>
        })
        };
    let read = move || {
        let marked = viewed.with(|viewed| {
            numbered.with_value(|files| {
                files.iter().filter(|(_, file)| viewed.contains(&file.patch.path)).count()
            })
        });
        format!("{marked} of {count} viewed")
    };
    let is_whole = opened.with_untracked(Opened::is_whole);
    view! {
        <div class="diff">
            <div class="diff-bar">
                <span class="muted">{read}</span>
                {(!is_whole).then_some(view! { <span class="muted">"Long change: a part of it is unfolded at a time."</span> })}
                <PatchLink path sha256=diff.sha256 />
                {move || has_room.get().then(|| view! {
                    <button type="button" class="btn quiet" aria-pressed=move || (layout.get() == Layout::Split).to_string()
                        on:click=move |_| want.set((layout.get_untracked() == Layout::Unified).then(|| "split".to_owned()))>
                        "Side by side"
                    </button>
                })}
            </div>
            <ol class="diff-files" aria-label="Changed files">
                <For each=some key=|(index, _)| *index let((index, entry))>
                    <li>
                        <a href=format!("#{}", shared.id(index)) on:click=move |event: ev::MouseEvent| {
                            event.prevent_default();
                            go(shared, index);
                        }>
                            <FileName entry=entry.clone() />
                        </a>
                        <FileFacts entry />
                    </li>
                </For>
            </ol>
            <For each=some key=|(index, _)| *index let((index, entry))>
                <FileView index entry shared />
            </For>
            {more}
        </div>
    }
}

/// The patch as a file.
#[component]
fn PatchLink(path: RunPath, sha256: String) -> impl IntoView {
    let api = use_api();
    let artifacts = Query::new(move || async move { api.list_artifacts(path).await });
    let content = Memo::new(move |_| {
        artifacts.data.with(|list| {
            let items = &list.as_ref()?.items;
            items
                .iter()
                .find(|item| item.kind == "diff" && item.sha256 == sha256)
                .map(|item| item.content.clone())
        })
    });
    move || content.get().map(|href| view! { <a href=href download="">"Download patch"</a> })
}
