//! What the address says of the catalogue and the form.

use crate::pages::address::address;
use domain::ProjectId;
use domain::contract::WorkflowName;
use wire::WorkflowResponse;

/// Where the catalogue is.
pub const PATH: &str = "/workflows";
const PREFILL: &str = "input.";
const LABEL: &str = "label.";

/// What the address says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What is searched for.
    pub search: String,
    pub workflow: Option<WorkflowName>,
    /// `None`: the newest.
    pub version: Option<i64>,
    pub project: Option<ProjectId>,
    /// What inputs begin with, by name.
    pub prefill: Vec<(String, String)>,
    /// What the run's title begins with.
    pub title: String,
    /// What is proposed to start from.
    pub base: String,
    /// Keys and values of labels.
    pub labels: Vec<(String, String)>,
}

impl Selection {
    /// Reads the pairs of a query. What is not understood is returned beside it, as it was written.
    pub fn parse<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> (Self, Vec<String>) {
        let mut selection = Self::default();
        let mut ignored = Vec::new();
        for (name, value) in pairs {
            let understood = match name {
                "q" => {
                    selection.search = value.to_owned();
                    true
                }
                "workflow" => {
                    selection.workflow = WorkflowName::parse(value).ok();
                    selection.workflow.is_some()
                }
                "version" => {
                    selection.version = value.parse().ok().filter(|version| *version > 0);
                    selection.version.is_some()
                }
                "project" => {
                    selection.project = ProjectId::parse(value).ok();
                    selection.project.is_some()
                }
                "title" => {
                    selection.title = value.to_owned();
                    true
                }
                "base" => {
                    selection.base = value.to_owned();
                    true
                }
                other => {
                    if let Some(key) = other.strip_prefix(LABEL) {
                        selection.labels.push((key.to_owned(), value.to_owned()));
                    }
                    if let Some(input) = other.strip_prefix(PREFILL) {
                        selection.prefill.push((input.to_owned(), value.to_owned()));
                    }
                    true
                }
            };
            if !understood {
                ignored.push(format!("{name}={value}"));
            }
        }
        (selection, ignored)
    }

    pub fn address(&self) -> String {
        let named = |prefix: &'static str| {
            move |(name, value): &(String, String)| (format!("{prefix}{name}"), value.clone())
        };
        let prefill: Vec<(String, String)> =
            self.prefill.iter().map(named(PREFILL)).chain(self.labels.iter().map(named(LABEL))).collect();
        let own = [
            ("q", self.search.clone()),
            ("workflow", self.workflow.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("version", self.version.map(|version| version.to_string()).unwrap_or_default()),
            ("project", self.project.map(|project| project.to_string()).unwrap_or_default()),
            ("title", self.title.clone()),
            ("base", self.base.clone()),
        ];
        address(
            PATH,
            own.into_iter().chain(prefill.iter().map(|(name, value)| (name.as_str(), value.clone()))),
        )
    }

    /// The same with another workflow, or none: version and what is filled in belong to the one before.
    pub fn of_workflow(&self, workflow: Option<WorkflowName>) -> Self {
        Self { search: self.search.clone(), project: self.project, workflow, ..Self::default() }
    }
}

/// Whether a workflow is found by every word of `search`, in its name, title or description.
pub fn is_found(workflow: &WorkflowResponse, search: &str) -> bool {
    let texts = [Some(workflow.name.as_str()), workflow.title.as_deref(), workflow.description.as_deref()];
    let text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test]
    fn a_selection_is_its_address() {
        let id = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77";
        let pairs = [
            ("q", "fix"),
            ("workflow", "fix_it"),
            ("version", "2"),
            ("project", id),
            ("input.a b", "x&y"),
            ("title", "Again"),
            ("base", "v1"),
            ("label.team", "parser"),
            ("z", "1"),
        ];
        let (selection, ignored) = Selection::parse(pairs);
        assert!(ignored.is_empty());
        assert_eq!(
            selection.address(),
            format!(
                "/workflows?q=fix&workflow=fix_it&version=2&project={id}&title=Again&base=v1&input.a%20b=x%26y&label.team=parser"
            )
        );
        assert_eq!(
            selection.of_workflow(None).address(),
            format!("/workflows?q=fix&project={id}"),
            "inputs belong to the workflow"
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let (selection, ignored) =
            Selection::parse([("workflow", "No Name"), ("version", "0"), ("project", "x")]);
        assert_eq!(selection, Selection::default());
        assert_eq!(ignored, ["workflow=No Name", "version=0", "project=x"]);
    }

    #[test_case("", true)]
    #[test_case("FAILING tests", true)]
    #[test_case("tests agent", true; "words in title and description")]
    #[test_case("fix_fail", true)]
    #[test_case("tests nothing", false)]
    fn workflows_are_found_by_all_words(search: &str, expected: bool) {
        let workflow: WorkflowResponse = serde_json::from_value(json!({
            "name": "fix_failing_tests", "newest_version": 1, "title": "Fix failing tests",
            "description": "Lets a coding agent mend the cause.", "edited": false,
            "updated_at": "2026-11-22T15:04:05Z"
        }))
        .unwrap();
        assert_eq!(is_found(&workflow, search), expected);
    }
}
