//! One project.

use crate::components::PageHead;
use leptos::prelude::*;

/// One project.
#[component]
pub fn ProjectPage() -> impl IntoView {
    view! { <PageHead title="ProjectPage" /> }
}
