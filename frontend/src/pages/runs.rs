//! The runs of one project.

use crate::components::PageHead;
use leptos::prelude::*;

/// The runs of one project.
#[component]
pub fn RunsPage() -> impl IntoView {
    view! { <PageHead title="RunsPage" /> }
}
