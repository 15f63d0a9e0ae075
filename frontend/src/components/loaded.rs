//! Data that is loaded: a skeleton before it, a problem instead of it, or itself.

use super::ProblemPanel;
use crate::state::Query;
use leptos::prelude::*;

/// Shows `children` with the newest data. The view is made once; later data reaches it through the signal.
#[component]
pub fn Loaded<T, V>(
    query: Query<T>,
    /// Rows of the skeleton.
    #[prop(default = 3)]
    rows: usize,
    children: impl Fn(Signal<T>) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let present = Memo::new(move |_| query.data.with(Option::is_some));
    let retry = Callback::new(move |()| query.refetch());
    let content = move || {
        if !present.get() {
            return None;
        }
        let newest = RwSignal::new(query.data.get_untracked()?);
        Effect::new(move |_| {
            if let Some(data) = query.data.get() {
                newest.set(data);
            }
        });
        Some(children(newest.into()))
    };
    let problem =
        move || query.failure.get().map(|failure| view! { <ProblemPanel failure=failure retry=retry /> });
    let skeleton = move || {
        (!present.get() && query.failure.with(Option::is_none)).then(|| view! { <Skeleton rows=rows /> })
    };
    view! { {problem} {skeleton} {content} }
}

/// Rows in grey where data will be.
#[component]
pub fn Skeleton(rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" aria-hidden="true">
            {(0..rows).map(|_| view! { <div class="skeleton-row"></div> }).collect_view()}
        </div>
    }
}
