//! The catalogue of workflows and the form that starts a run.

use crate::components::PageHead;
use leptos::prelude::*;

/// The catalogue of workflows and the form that starts a run.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    view! { <PageHead title="WorkflowsPage" /> }
}
