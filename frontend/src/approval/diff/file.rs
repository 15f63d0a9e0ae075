//! One file of a diff.

use super::entry::FileEntry;
use super::line::FileRows;
use super::opened::{Opened, WINDOW};
use super::rows::Layout;
use crate::approval::evidence::level_word;
use crate::text::visible::shown;
use leptos::{html, prelude::*};
use std::sync::Arc;

/// The height of a row, in pixels: what a file takes before the browser has laid it out.
const ROW: usize = 20;

/// What the files of a diff share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub opened: RwSignal<Opened>,
    pub viewed: RwSignal<Vec<String>>,
    pub layout: Memo<Layout>,
    /// Begins the ids of the files.
    pub prefix: StoredValue<String>,
}

impl Shared {
    pub fn id(self, index: usize) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}-{index}"))
    }

    pub fn open(self, index: usize) {
        self.opened.update(|opened| opened.open(index));
    }
}

/// A file with its head; its lines are on the page while it is unfolded.
#[component]
pub fn FileView(index: usize, entry: Arc<FileEntry>, shared: Shared) -> impl IntoView {
    let is_open = Memo::new(move |_| shared.opened.with(|opened| opened.is_open(index)));
    let id = shared.id(index);
    let lines_id = format!("{id}-lines");
    let path = entry.patch.path.clone();
    let is_viewed = {
        let path = path.clone();
        Memo::new(move |_| shared.viewed.with(|viewed| viewed.contains(&path)))
    };
    let fold = move |_| {
        if is_open.get_untracked() {
            shared.opened.update(|opened| opened.close(index));
        } else {
            shared.open(index);
        }
    };
    let view_it = {
        let path = path.clone();
        move |_| {
            if is_viewed.get_untracked() {
                shared.viewed.update(|viewed| viewed.retain(|viewed| *viewed != path));
                shared.open(index);
            } else {
                shared.viewed.update(|viewed| viewed.push(path.clone()));
                shared.opened.update(|opened| opened.close(index));
            }
        }
    };
    let hides = entry.hides || shown(&path) != path;
    let content = {
        let entry = entry.clone();
        move || {
            if is_open.get() {
                lines(&entry, shared).into_any()
            } else {
                folded(&entry, shared, is_viewed).into_any()
            }
        }
    };
    view! {
        <section class="diff-file" id=id aria-label=shown(&path) data-path=path data-folded=move || (!is_open.get()).to_string()>
            <div class="diff-file-head">
                <button type="button" class="diff-fold" aria-expanded=move || is_open.get().to_string() aria-controls=lines_id.clone() on:click=fold>
                    <span class="chevron" aria-hidden="true"></span>
                    <FileName entry=entry.clone() />
                </button>
                <FileFacts entry=entry.clone() />
                <label class="diff-viewed">
                    <input type="checkbox" prop:checked=is_viewed on:change=view_it />
                    "Viewed"
                </label>
            </div>
            {hides.then(|| view! {
                <p class="diff-warning">
                    "This file adds characters that are invisible or reorder the text. They are shown by number, such as ‹U+202E›."
                </p>
            })}
            <div id=lines_id>{content}</div>
        </section>
    }
}

/// The path, and the one before where it differs.
#[component]
pub fn FileName(entry: Arc<FileEntry>) -> impl IntoView {
    let before = entry.patch.old_path.as_deref().map(shown);
    view! {
        <span class="diff-path">
            {before.map(|before| view! { <span class="muted">{before}</span> " → " })}
            {shown(&entry.patch.path)}
        </span>
    }
}

/// Status, counts and risks.
#[component]
pub fn FileFacts(entry: Arc<FileEntry>) -> impl IntoView {
    let modes = entry.patch.modes.clone();
    view! {
        <span class="diff-facts">
            {entry.risks.first().map(|(level, _)| {
                let messages: Vec<_> = entry.risks.iter().map(|(_, message)| message.as_str()).collect();
                let messages = messages.join(" ");
                view! {
                    <span class="risk-level" data-level=level_word(*level) title=messages.clone()>
                        {level_word(*level)}<span class="visually-hidden">{format!(" risk: {messages}")}</span>
                    </span>
                }
            })}
            <span class="muted">{entry.word()}</span>
            {modes.map(|(old, new)| view! { <span class="muted">{format!("mode {old} → {new}")}</span> })}
            <span class="diff-count"><ins>{format!("+{}", entry.additions)}</ins>" "<del>{format!("−{}", entry.deletions)}</del></span>
        </span>
    }
}

fn folded(entry: &FileEntry, shared: Shared, is_viewed: Memo<bool>) -> impl IntoView {
    let is_whole = shared.opened.with_untracked(Opened::is_whole);
    let reason = match (entry.folded, is_viewed.get()) {
        (Some(reason), _) => Some(reason),
        (None, false) if !is_whole => Some("the change is long"),
        (None, _) => None,
    };
    reason.map(|reason| view! { <p class="diff-note">{format!("Folded: {reason}.")}</p> })
}

fn lines(entry: &Arc<FileEntry>, shared: Shared) -> impl IntoView {
    if entry.patch.hunks.is_empty() {
        let text = if entry.folded == Some("binary file") {
            "A binary file: there are no lines to show."
        } else {
            "No lines changed."
        };
        return view! { <p class="diff-note">{text}</p> }.into_any();
    }
    let layout = shared.layout.get();
    let rows = Arc::new(FileRows::new(&entry.patch, layout));
    let count = rows.len();
    let window = if shared.opened.with_untracked(Opened::is_whole) { count } else { WINDOW };
    let from = RwSignal::new(0_usize);
    let scroller = NodeRef::<html::Div>::new();
    let turn = move |to: usize| {
        from.set(to);
        if let Some(scroller) = scroller.get_untracked() {
            scroller.scroll_into_view();
        }
    };
    let label = format!("Lines of {}", shown(&entry.patch.path));
    let name = match layout {
        Layout::Unified => "unified",
        Layout::Split => "split",
    };
    let shown_rows = move || rows.view(from.get(), window);
    view! {
        <div
            class="diff-scroll"
            node_ref=scroller
            tabindex="0"
            role="group"
            aria-label=label
            data-layout=name
            style:contain-intrinsic-block-size=format!("auto {}px", count.min(window) * ROW)
        >
            <div class="diff-lines">{shown_rows}</div>
        </div>
        {(count > window).then(|| view! {
            <div class="diff-window">
                <button type="button" class="btn" aria-disabled=move || (from.get() == 0).to_string()
                    on:click=move |_| turn(from.get_untracked().saturating_sub(window))>
                    {format!("Show previous {window} lines")}
                </button>
                <span>{move || format!("{}–{} of {count}", from.get() + 1, (from.get() + window).min(count))}</span>
                <button type="button" class="btn" aria-disabled=move || (from.get() + window >= count).to_string()
                    on:click=move |_| if from.get_untracked() + window < count { turn(from.get_untracked() + window) }>
                    {format!("Show next {window} lines")}
                </button>
            </div>
        })}
    }
    .into_any()
}
