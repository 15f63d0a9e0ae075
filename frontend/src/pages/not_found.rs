//! An address that is no page.

use crate::components::PageHead;
use leptos::prelude::*;

/// Says that the address leads nowhere, and where to go.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <PageHead title="There is no such page" />
        <p>"The address may be mistyped, what it named may be on another server, or you may not see it. Admins give roles on projects."</p>
        <p><a href="/workflows">"Start a run"</a>" or look at "<a href="/projects">"the projects"</a>"."</p>
    }
}
