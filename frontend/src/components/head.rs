//! The head of a page.

use crate::state::{Crumb, Page};
use leptos::{html::H1, prelude::*};

/// The one `h1` of a page. Sets the document's title and the way to the page, and takes the focus when a person came
/// here from another page of the app.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// What the browser's tab says instead of the title, such as a status before it.
    #[prop(optional, into)]
    tab: Option<Signal<String>>,
    /// The pages above this one.
    #[prop(optional, into)]
    above: Signal<Vec<Crumb>>,
    /// Beside the title: status, buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let page = expect_context::<Page>();
    Effect::new(move |_| {
        let title = title.get();
        let in_tab = tab.map_or_else(|| title.clone(), |tab| tab.get());
        document().set_title(&format!("{in_tab} · JidoCode Runs"));
        let mut crumbs = above.get();
        crumbs.push(Crumb::here(title));
        page.crumbs.set(crumbs);
    });
    let heading = NodeRef::<H1>::new();
    let is_first = page.opened.get_value() == 0;
    page.opened.update_value(|opened| *opened += 1);
    heading.on_load(move |heading| {
        if !is_first {
            // A heading can always take the focus; where it cannot, nothing is lost.
            let _ = heading.focus();
        }
    });
    view! {
        <div class="page-head">
            <h1 node_ref=heading tabindex="-1">{title}</h1>
            {children.map(|children| children())}
        </div>
    }
}
