//! Which runs of a project are shown, as the address says it.

use crate::pages::address::address;
use domain::ProjectId;
use domain::contract::WorkflowName;
use domain::run::Status;
use wire::ListRuns;

/// What the server lists at once.
pub const PAGE: i64 = 50;

/// Which runs are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Empty: whatever the status.
    pub status: Vec<Status>,
    pub workflow: Option<WorkflowName>,
    /// Empty: whatever the title.
    pub title: String,
}

impl RunFilter {
    /// Reads the pairs of a query. What is not understood is returned beside it, as it was written.
    pub fn parse<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> (Self, Vec<String>) {
        let mut filter = Self::default();
        let mut ignored = Vec::new();
        for (name, value) in pairs {
            match name {
                "status" => match Status::parse(value) {
                    Some(status) if filter.status.contains(&status) => {}
                    Some(status) => filter.status.push(status),
                    None => ignored.push(format!("status={value}")),
                },
                "workflow" => match WorkflowName::parse(value) {
                    Ok(workflow) => filter.workflow = Some(workflow),
                    Err(_) => ignored.push(format!("workflow={value}")),
                },
                "q" => filter.title = value.chars().take(200).collect(),
                _ => {}
            }
        }
        (filter, ignored)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The page that shows these runs.
    pub fn address(&self, project: ProjectId) -> String {
        let statuses = self.status.iter().map(|status| ("status", status.to_string()));
        let workflow = self.workflow.iter().map(|workflow| ("workflow", workflow.to_string()));
        let pairs = statuses.chain(workflow).chain([("q", self.title.clone())]);
        address(&format!("/projects/{project}/runs"), pairs)
    }

    /// The same with this status shown too, or no longer.
    pub fn toggled(&self, status: Status) -> Self {
        let mut filter = self.clone();
        if filter.status.contains(&status) {
            filter.status.retain(|other| *other != status);
        } else {
            filter.status.push(status);
        }
        filter
    }

    pub fn request(&self, project: ProjectId) -> ListRuns {
        let title = self.title.trim();
        ListRuns {
            project_id: Some(project),
            status: self.status.clone(),
            workflow: self.workflow.clone(),
            title: (!title.is_empty()).then(|| title.to_owned()),
            cursor: None,
            limit: Some(PAGE),
            ..ListRuns::default()
        }
    }

    /// Whether a run with this status is shown.
    pub fn shows(&self, status: Status) -> bool {
        self.status.is_empty() || self.status.contains(&status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_its_address() {
        let project = ProjectId::parse("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77").unwrap();
        let pairs = [
            ("status", "running"),
            ("status", "failed"),
            ("workflow", "fix_it"),
            ("q", "a b"),
            ("other", "kept"),
        ];
        let (filter, ignored) = RunFilter::parse(pairs);
        assert!(ignored.is_empty());
        let path = "/projects/0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77/runs";
        assert_eq!(
            filter.address(project),
            format!("{path}?status=running&status=failed&workflow=fix_it&q=a%20b")
        );
        assert_eq!(RunFilter::default().address(project), path);
        assert_eq!(filter.toggled(Status::Running).status, [Status::Failed]);
        assert_eq!(
            filter.toggled(Status::Pending).status,
            [Status::Running, Status::Failed, Status::Pending]
        );
        assert!(filter.shows(Status::Failed) && !filter.shows(Status::Completed));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let (filter, ignored) = RunFilter::parse([("status", "foo"), ("workflow", "Bad Name")]);
        assert!(filter.is_empty());
        assert_eq!(ignored, ["status=foo", "workflow=Bad Name"]);
    }
}
