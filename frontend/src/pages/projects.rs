//! All projects.

use crate::components::PageHead;
use leptos::prelude::*;

/// All projects.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    view! { <PageHead title="ProjectsPage" /> }
}
