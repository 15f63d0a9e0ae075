//! The risks that the run's rules found.

use super::super::gate_state::{Block, Happening};
use super::block::{EvidenceBlock, Seeing};
use crate::text::visible::shown;
use domain::evidence::{RiskLevel, RiskNote};
use leptos::prelude::*;
use std::cmp::Reverse;

/// The risk notes, the highest level first.
#[component]
pub fn Risks(seeing: Seeing, notes: Option<Vec<RiskNote>>) -> impl IntoView {
    let happening = if notes.is_some() { Happening::Rendered } else { Happening::Absent };
    Effect::new(move |_| seeing.happen(Block::Risk, happening));
    let gist = gist(notes.as_deref());
    let content = match notes {
        None => view! { <p>"No risk notes were recorded: nobody looked for risks."</p> }.into_any(),
        Some(notes) if notes.is_empty() => {
            view! { <p>"No risk notes: none of the rules found anything to point out."</p> }.into_any()
        }
        Some(mut notes) => {
            notes.sort_by_key(|note| Reverse(note.level));
            view! { <ul class="risks">{notes.into_iter().map(risk).collect_view()}</ul> }.into_any()
        }
    };
    view! { <EvidenceBlock seeing block=Block::Risk title="Risk notes" gist=gist>{content}</EvidenceBlock> }
}

fn risk(note: RiskNote) -> impl IntoView {
    let RiskNote { code, level, message, paths } = note;
    view! {
        <li data-level=word(level)>
            <span class="risk-level" data-level=word(level)>{word(level)}</span>
            <div>
                <p>{message} " " <code class="muted">{code}</code></p>
                {(!paths.is_empty()).then(|| view! { <Paths paths /> })}
            </div>
        </li>
    }
}

/// How many paths are shown at once.
const SHOWN: usize = 8;

#[component]
fn Paths(paths: Vec<String>) -> impl IntoView {
    let rest = paths.get(SHOWN..).unwrap_or_default().to_vec();
    let item = |path: String| view! { <li><code>{shown(&path)}</code></li> };
    view! {
        <ul class="paths">{paths.into_iter().take(SHOWN).map(item).collect_view()}</ul>
        {(!rest.is_empty()).then(|| view! {
            <details>
                <summary>{format!("{} more", rest.len())}</summary>
                <ul class="paths">{rest.into_iter().map(item).collect_view()}</ul>
            </details>
        })}
    }
}

/// The level as people read it, which the style sheet colours.
pub const fn word(level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::High => "high",
        RiskLevel::Medium => "medium",
        RiskLevel::Low => "low",
        RiskLevel::Info => "info",
    }
}

/// How many notes of each level there are, the highest first.
pub fn gist(notes: Option<&[RiskNote]>) -> String {
    let Some(notes) = notes else { return "not recorded".to_owned() };
    let levels = [RiskLevel::High, RiskLevel::Medium, RiskLevel::Low, RiskLevel::Info];
    let counts = levels.map(|level| (level, notes.iter().filter(|note| note.level == level).count()));
    let parts: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| format!("{count} {}", word(level)))
        .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(level: RiskLevel) -> RiskNote {
        RiskNote { code: "c".to_owned(), level, message: "m".to_owned(), paths: Vec::new() }
    }

    #[test]
    fn the_gist_counts_by_level_highest_first() {
        let notes = [RiskLevel::Info, RiskLevel::High, RiskLevel::Info].map(note);
        assert_eq!(gist(Some(&notes)), "1 high · 2 info");
        assert_eq!(gist(Some(&[])), "none");
        assert_eq!(gist(None), "not recorded");
    }
}
