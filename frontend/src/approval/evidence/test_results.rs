//! What the tests of the candidate said.

use super::super::gate_state::{Block, Happening};
use super::block::{EvidenceBlock, Seeing};
use crate::state::duration;
use crate::text::visible::shown;
use domain::evidence::TestSummary;
use leptos::prelude::*;

/// The test summary.
#[component]
pub fn TestResults(seeing: Seeing, summary: Option<TestSummary>) -> impl IntoView {
    let happening = if summary.is_some() { Happening::Rendered } else { Happening::Absent };
    Effect::new(move |_| seeing.happen(Block::Tests, happening));
    let gist = summary.as_ref().map_or_else(|| "not recorded".to_owned(), gist);
    let content = match summary {
        None => view! { <p class="unrecorded">"No test results recorded."</p> }.into_any(),
        Some(summary) => results(summary).into_any(),
    };
    view! { <EvidenceBlock seeing block=Block::Tests title="Tests" gist=gist>{content}</EvidenceBlock> }
}

fn results(summary: TestSummary) -> impl IntoView {
    let unrecorded = !is_recorded(&summary);
    let verdict = verdict(&summary);
    let counts = [
        ("passed", summary.passed),
        ("failed", summary.failed),
        ("skipped", summary.skipped),
        ("total", summary.total),
    ];
    let counted = counts.iter().any(|(_, count)| count.is_some());
    view! {
            {unrecorded.then(|| view! { <p class="unrecorded">"No test results recorded."</p> })}
            <p class="verdict" data-verdict=verdict>{summary.text}</p>
            {counted.then(|| view! {
                <ul class="counts">
                    {counts.into_iter().filter_map(|(word, count)| Some((word, count?))).map(|(word, count)| view! {
                        <li data-count=word data-none=(count == 0).to_string()><b>{count}</b>" "{word}</li>
                    }).collect_view()}
                </ul>
            })}
            <Names title="Newly failing" kind="failing" names=summary.newly_failing.clone() />
            <Names title="Failing before and now" kind="failing" names=without(&summary.failing, &summary.newly_failing) />
            <Names title="Fixed" kind="fixed" names=summary.fixed />
            {(!unrecorded).then(|| view! {
    <dl class="kv">
                {summary.command.map(|command| view! { <div><dt>"Command"</dt><dd><code>{command}</code></dd></div> })}
                {summary.exit_code.map(|code| view! { <div><dt>"Exit code"</dt><dd>{code}</dd></div> })}
                {summary.duration_ms.map(|ms| view! { <div><dt>"Duration"</dt><dd>{duration(ms)}</dd></div> })}
            </dl>
    })}
        }
}

/// How many names are shown at once.
const SHOWN: usize = 10;

#[component]
fn Names(title: &'static str, kind: &'static str, names: Vec<String>) -> impl IntoView {
    let count = names.len();
    let rest = names.get(SHOWN..).unwrap_or_default().to_vec();
    let item = |name: String| view! { <li><code>{shown(&name)}</code></li> };
    (count > 0).then(|| {
        view! {
            <div class="test-names" data-kind=kind>
                <h4>{format!("{title} ({count})")}</h4>
                <ul>{names.into_iter().take(SHOWN).map(item).collect_view()}</ul>
                {(!rest.is_empty()).then(|| view! {
                    <details>
                        <summary>{format!("{} more", rest.len())}</summary>
                        <ul>{rest.into_iter().map(item).collect_view()}</ul>
                    </details>
                })}
            </div>
        }
    })
}

/// Whether tests ran, as opposed to being described or left out.
const fn is_recorded(summary: &TestSummary) -> bool {
    summary.command.is_some() || summary.total.is_some() || summary.exit_code.is_some()
}

/// The value of `data-verdict`.
fn verdict(summary: &TestSummary) -> &'static str {
    let failed = summary.failed.unwrap_or_default() > 0 || summary.exit_code.is_some_and(|code| code != 0);
    match (is_recorded(summary), failed) {
        (false, _) => "unrecorded",
        (true, true) => "failed",
        (true, false) => "passed",
    }
}

/// The counts in a few words.
pub fn gist(summary: &TestSummary) -> String {
    match (summary.passed, summary.failed) {
        (Some(passed), Some(0)) => format!("{passed} passed"),
        (Some(passed), Some(failed)) => format!("{failed} failed · {passed} passed"),
        (_, Some(failed)) => format!("{failed} failed"),
        (_, None) => match summary.exit_code {
            Some(0) => "succeeded, not counted".to_owned(),
            Some(code) => format!("exit code {code}, not counted"),
            None => "not recorded".to_owned(),
        },
    }
}

fn without(names: &[String], others: &[String]) -> Vec<String> {
    names.iter().filter(|name| !others.contains(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    fn summary(passed: Option<u64>, failed: Option<u64>, exit_code: Option<i32>) -> TestSummary {
        TestSummary { passed, failed, exit_code, ..TestSummary::stated(String::new()) }
    }

    #[test_case(summary(Some(44), Some(0), Some(0)), "44 passed", "passed")]
    #[test_case(summary(Some(42), Some(2), Some(1)), "2 failed · 42 passed", "failed")]
    #[test_case(summary(None, None, Some(0)), "succeeded, not counted", "passed")]
    #[test_case(summary(None, None, Some(2)), "exit code 2, not counted", "failed")]
    #[test_case(summary(None, None, None), "not recorded", "unrecorded")]
    fn tests_in_a_few_words(summary: TestSummary, words: &str, expected: &str) {
        assert_eq!((gist(&summary).as_str(), verdict(&summary)), (words, expected));
    }
}
