//! Finding and reading the report files that a test step declares.

use super::report::ReportProblem;
use reports::{MAX_JUNIT_BYTES, Report};
use std::path::Path;
use walkdir::WalkDir;

/// Reads every JUnit XML file beneath the workspace that the pattern matches, as one report. Links are not followed.
pub fn read(workspace: &Path, pattern: &str) -> Result<Report, ReportProblem> {
    let glob = globset::GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|error| malformed(format!("The pattern {pattern} is not a glob: {error}.")))?
        .compile_matcher();
    let mut found = Vec::new();
    let walk = WalkDir::new(workspace).follow_links(false).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| entry.file_name() != ".git") {
        let Ok(entry) = entry else { continue };
        let relative = entry.path().strip_prefix(workspace).unwrap_or(entry.path());
        if entry.file_type().is_file() && glob.is_match(relative) {
            found.push(read_file(entry.path(), &relative.to_string_lossy())?);
        }
    }
    Report::merge(found).ok_or_else(|| ReportProblem {
        reason: "report_missing".to_owned(),
        detail: format!("No file matches {pattern}."),
    })
}

fn read_file(path: &Path, name: &str) -> Result<Report, ReportProblem> {
    let size = path.metadata().map(|metadata| metadata.len()).unwrap_or(u64::MAX);
    if size > MAX_JUNIT_BYTES as u64 {
        return Err(malformed(format!("{name} is larger than {MAX_JUNIT_BYTES} bytes.")));
    }
    let bytes = std::fs::read(path).map_err(|error| malformed(format!("{name} cannot be read: {error}.")))?;
    reports::parse_junit(&bytes).map_err(|error| malformed(format!("{name}: {error}.")))
}

fn malformed(detail: String) -> ReportProblem {
    ReportProblem { reason: "report_malformed".to_owned(), detail }
}
