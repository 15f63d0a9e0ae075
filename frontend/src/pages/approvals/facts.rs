//! What the list tells of a gate.

use crate::approval::{level_word, tests_gist};
use domain::evidence::RiskLevel;
use leptos::prelude::*;
use wire::ApprovalResponse;

/// Highest risk, size and tests.
#[component]
pub fn Facts(approval: Signal<ApprovalResponse>) -> impl IntoView {
    let risk = Memo::new(move |_| approval.with(highest_risk));
    let size = Memo::new(move |_| {
        approval.with(|approval| {
            let summary = approval.evidence.diff_summary.as_ref()?;
            Some((summary.additions, summary.deletions))
        })
    });
    let tests =
        Memo::new(move |_| approval.with(|approval| approval.evidence.test_summary.as_ref().map(tests_gist)));
    let failed = Memo::new(move |_| {
        approval.with(|approval| {
            let summary = approval.evidence.test_summary.as_ref();
            summary.is_some_and(|summary| summary.failed.unwrap_or_default() > 0)
        })
    });
    view! {
        <span class="inbox-facts">
            {move || risk.get().map(|level| view! {
                <span class="risk-level" data-level=level_word(level)>{level_word(level)}<span class="visually-hidden">" risk"</span></span>
            })}
            {move || size.get().map(|(added, deleted)| view! {
                <span class="diff-count"><ins>{format!("+{added}")}</ins>" "<del>{format!("−{deleted}")}</del></span>
            })}
            {move || tests.get().map(|tests| view! {
                <span class="inbox-tests" data-failed=failed.get().to_string()>{format!("tests: {tests}")}</span>
            })}
        </span>
    }
}

fn highest_risk(approval: &ApprovalResponse) -> Option<RiskLevel> {
    approval.evidence.risk_notes.as_ref()?.iter().map(|note| note.level).max()
}
