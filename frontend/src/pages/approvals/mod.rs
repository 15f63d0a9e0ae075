//! The inbox of open gates.

use crate::components::PageHead;
use leptos::prelude::*;

/// The inbox of open gates.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    view! { <PageHead title="ApprovalsPage" /> }
}
