//! One run.

use crate::components::PageHead;
use leptos::prelude::*;

/// One run.
#[component]
pub fn RunPage() -> impl IntoView {
    view! { <PageHead title="RunPage" /> }
}
