//! The suite that operates the app in a real browser, on what users get: the optimised app and a real server.

use super::{
    SUITE_WITHIN,
    report::{Counts, Outcome},
};
use crate::{browser, error::Error, process, workspace};
use serde_json::Value;
use std::{fs, path::Path};

/// Runs all specs in `tests/browser`.
pub fn run(jido: &Path, web_root: &Path) -> Result<Outcome, Error> {
    let report = workspace::root().join("target/browser/report.json");
    // Of an earlier run; it must not be taken for this one's.
    let _ = fs::remove_file(&report);
    let mut command = browser::playwright(jido, web_root);
    command.args(["--reporter", "list,json"]).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    let finished = process::run_quietly("playwright", &mut command, SUITE_WITHIN, |_, _| {})?;
    let text = fs::read_to_string(&report).unwrap_or_default();
    Ok(Outcome::of_counted(counts(&text), &finished))
}

/// The counts in Playwright's report; zeroes where there is none.
fn counts(report: &str) -> Counts {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let number = |name: &str| report["stats"][name].as_u64().and_then(|n| n.try_into().ok()).unwrap_or(0);
    Counts {
        passed: number("expected"),
        failed: number("unexpected") + number("flaky"),
        ignored: number("skipped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_those_of_playwrights_report() {
        let text = r#"{"stats":{"duration":5.1,"expected":12,"skipped":1,"unexpected":2,"flaky":1}}"#;
        assert_eq!(counts(text), Counts { passed: 12, failed: 3, ignored: 1 });
        assert_eq!(counts(""), Counts::default());
    }
}
