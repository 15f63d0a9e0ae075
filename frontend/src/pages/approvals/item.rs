//! A gate in the list.

use super::Tab;
use super::facts::Facts;
use super::names::Names;
use super::rows::Row;
use crate::approval::outcome_sentence;
use crate::components::{StatusBadge, StatusKind, When};
use crate::state::{Clock, duration};
use domain::ApprovalId;
use domain::approval::ApprovalStatus;
use leptos::prelude::*;

/// A row: which run waits at which step, since when, and what is known of the change.
#[component]
pub fn Item(
    row: Signal<Row>,
    names: Signal<Names>,
    tab: Tab,
    #[prop(into)] selected: Signal<Option<ApprovalId>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let id = row.with_untracked(|row| row.approval.id);
    let approval = Signal::derive(move || row.with(|row| row.approval.clone()));
    let status = Memo::new(move |_| row.with(|row| row.approval.status));
    let is_closed = Memo::new(move |_| row.with(|row| row.is_closed));
    let title = Memo::new(move |_| row.with(|row| names.with(|names| names.run(&row.approval))));
    let place = Memo::new(move |_| {
        row.with(|row| {
            let project = names.with(|names| names.project(&row.approval));
            let separator = if project.is_empty() { "" } else { " · " };
            format!("{project}{separator}{}", row.approval.step)
        })
    });
    let requested_at = row.with_untracked(|row| row.approval.requested_at);
    let expires_at = Memo::new(move |_| row.with(|row| row.approval.expires_at));
    let left = move || {
        let left = expires_at.get()?.micros() / 1_000 - clock.now_ms.get();
        Some(format!(" · expires in {}", duration(u64::try_from(left).unwrap_or_default())))
    };
    let outcome = Memo::new(move |_| {
        row.with(|row| match &row.approval.outcome {
            Some(outcome) => Some(outcome_sentence(outcome)),
            None => row.is_closed.then(|| "No longer open".to_owned()),
        })
    });
    let decided_at =
        Memo::new(move |_| row.with(|row| row.approval.outcome.as_ref().and_then(|outcome| outcome.at)));
    view! {
        <li data-closed=move || is_closed.get().to_string()>
            <a
                class="inbox-item"
                id=format!("gate-{id}")
                href=tab.href(Some(id))
                aria-current=move || (selected.get() == Some(id)).then_some("true")
            >
                <span class="inbox-title">{title}</span>
                <span class="inbox-place">{place}</span>
                {move || match outcome.get() {
                    Some(outcome) => view! {
                        <span class="inbox-outcome">
                            {outcome} {decided_at.get().map(|at| view! { " · " <When at /> })}
                        </span>
                    }
                    .into_any(),
                    None => view! {
                        <Facts approval />
                        {move || (status.get() == ApprovalStatus::Blocked).then(|| view! {
                            <StatusBadge kind=StatusKind::Blocked />
                        })}
                        <span class="inbox-place">"asked "<When at=requested_at />{left}</span>
                    }
                    .into_any(),
                }}
            </a>
        </li>
    }
}
