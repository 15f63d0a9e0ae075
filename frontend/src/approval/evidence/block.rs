//! A block of evidence: what it shows, and whether somebody saw it.

use super::super::gate_state::{Block, BlockState, GateState, Happening};
use super::watch::watch;
use domain::Digest;
use leptos::{html, prelude::*};

/// Whether the block waits to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// The gate is open: it says whether it was read.
    Asked,
    /// The gate is closed: it only shows.
    Free,
}

/// What a block reports to.
#[derive(Clone, Copy)]
pub struct Seeing {
    pub gate: RwSignal<GateState>,
    pub digest: StoredValue<Option<Digest>>,
    pub marking: Marking,
}

impl Seeing {
    pub fn happen(self, block: Block, happening: Happening) {
        let Some(digest) = self.digest.try_get_value() else { return };
        let mut next = self.gate.get_untracked();
        next.happen(digest.as_ref(), block, happening);
        if self.gate.with_untracked(|gate| *gate != next) {
            self.gate.set(next);
        }
    }
}

/// The frame of a block. Its heading can be focused, which counts as seeing it.
#[component]
pub fn EvidenceBlock(
    seeing: Seeing,
    block: Block,
    #[prop(into)] title: String,
    /// The essence of it, beside the title.
    #[prop(into)]
    gist: Signal<String>,
    children: Children,
) -> impl IntoView {
    let state = Memo::new(move |_| seeing.gate.with(|gate| gate.block(block)));
    let element = NodeRef::<html::Section>::new();
    let heading = NodeRef::<html::H3>::new();
    let look = move || seeing.happen(block, Happening::Looked);
    if seeing.marking == Marking::Asked {
        let wanted = Memo::new(move |_| state.get() == BlockState::Shown);
        watch(element, wanted, Callback::new(move |()| look()));
        // Who waits on the heading has seen the block as soon as it is there.
        Effect::new(move |_| {
            let focused = document().active_element();
            let is_there = heading.get().is_some_and(|heading| Some(heading.into()) == focused);
            if state.get() == BlockState::Shown && is_there {
                look();
            }
        });
    }
    let id = format!("evidence-{}", block.key());
    let labelled_by = id.clone();
    let mark = move || match (seeing.marking, state.get()) {
        (Marking::Asked, BlockState::Shown) => Some(
            view! {
                <button type="button" class="btn quiet" on:click=move |_| {
                    look();
                    if let Some(heading) = heading.get_untracked() {
                        // The button is gone: the focus stays with its block.
                        let _ = heading.focus();
                    }
                }>
                    "Mark as read"
                    <span class="visually-hidden">{format!(": {}", block.name())}</span>
                </button>
            }
            .into_any(),
        ),
        (Marking::Asked, BlockState::Seen) => {
            Some(view! { <span class="evidence-seen">"Seen"</span> }.into_any())
        }
        (Marking::Asked, BlockState::Missing | BlockState::Loading | BlockState::Error)
        | (Marking::Free, _) => None,
    };
    view! {
        <section
            class="evidence"
            node_ref=element
            aria-labelledby=labelled_by
            data-evidence=block.key()
            data-evidence-state=move || state.get().key()
        >
            <div class="evidence-head">
                <h3 id=id node_ref=heading tabindex="0" on:focus=move |_| look()>
                    {title} " " <span class="evidence-gist">{gist}</span>
                </h3>
                {mark}
            </div>
            {children()}
        </section>
    }
}
