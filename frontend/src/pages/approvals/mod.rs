//! The inbox: gates that wait, and those that were decided.

mod decided;
mod facts;
mod follow;
mod item;
mod keys;
mod names;
mod open;
mod rows;
mod selected;

use crate::components::PageHead;
use decided::Decided;
use domain::ApprovalId;
use follow::{Changes, follow};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use open::Open;

/// Which gates are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Open,
    Decided,
}

impl Tab {
    /// The page with this tab, and this gate selected.
    pub fn href(self, selected: Option<ApprovalId>) -> String {
        let tab = match self {
            Self::Open => None,
            Self::Decided => Some("tab=decided".to_owned()),
        };
        let parameters: Vec<_> = tab.into_iter().chain(selected.map(|id| format!("sel={id}"))).collect();
        if parameters.is_empty() {
            "/approvals".to_owned()
        } else {
            format!("/approvals?{}", parameters.join("&"))
        }
    }
}

/// The inbox of open gates.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| {
        if query.with(|query| query.get_str("tab") == Some("decided")) { Tab::Decided } else { Tab::Open }
    });
    let selected = Memo::new(move |_| query.with(|query| ApprovalId::parse(query.get_str("sel")?).ok()));
    let changes = Changes::new();
    follow(changes);
    let link = move |to: Tab, text: &'static str| {
        let current = move || (tab.get() == to).then_some("page");
        view! { <a href=to.href(None) aria-current=current>{text}</a> }
    };
    view! {
        <PageHead title="Approvals" />
        <nav class="tabs" aria-label="Which approvals">{link(Tab::Open, "Open")} {link(Tab::Decided, "Decided")}</nav>
        {move || match tab.get() {
            Tab::Open => view! { <Open selected changes /> }.into_any(),
            Tab::Decided => view! { <Decided selected changes /> }.into_any(),
        }}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_leaves_out_what_is_usual() {
        let id = ApprovalId::parse("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77").unwrap();
        assert_eq!(Tab::Open.href(None), "/approvals");
        assert_eq!(Tab::Decided.href(Some(id)), format!("/approvals?tab=decided&sel={id}"));
        assert_eq!(Tab::Open.href(Some(id)), format!("/approvals?sel={id}"));
    }
}
