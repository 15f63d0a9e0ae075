//! What runs and projects are called: gates know them by id alone.

use crate::api::{ApiClient, Failure};
use domain::{ProjectId, RunId};
use std::collections::BTreeMap;
use wire::{ApprovalResponse, ArchivedFilter, ListProjects, ListRuns, ProjectResponse, RunResponse};

/// The most that one page of a list holds.
pub const PAGE: i64 = 200;

/// What is known of runs and projects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    runs: BTreeMap<RunId, String>,
    projects: BTreeMap<ProjectId, String>,
}

impl Names {
    /// Reads the runs that `query` asks for, and all projects.
    pub async fn load(api: ApiClient, query: ListRuns) -> Result<Self, Failure> {
        let runs = api.list_runs(&query).await?.items;
        let projects = api
            .list_projects(&ListProjects {
                name: None,
                archived: Some(ArchivedFilter::Include),
                limit: Some(PAGE),
                cursor: None,
            })
            .await?
            .items;
        Ok(Self::new(&runs, &projects))
    }

    pub fn new(runs: &[RunResponse], projects: &[ProjectResponse]) -> Self {
        Self {
            runs: runs.iter().map(|run| (run.id, run_name(run))).collect(),
            projects: projects.iter().map(|project| (project.id, project.name.clone())).collect(),
        }
    }

    /// These, and what was known before of others.
    pub fn with(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            for (id, name) in &before.runs {
                self.runs.entry(*id).or_insert_with(|| name.clone());
            }
        }
        self
    }

    /// The title of the gate's run.
    pub fn run(&self, approval: &ApprovalResponse) -> String {
        let known = self.runs.get(&approval.run_id).cloned();
        known.unwrap_or_else(|| format!("Run …{}", approval.run_id.short()))
    }

    /// The name of the gate's project; empty where it is not known.
    pub fn project(&self, approval: &ApprovalResponse) -> String {
        self.projects.get(&approval.project_id).cloned().unwrap_or_default()
    }
}

/// Number and title of a run; its workflow where it has no title.
pub fn run_name(run: &RunResponse) -> String {
    let title = run.title.clone().unwrap_or_else(|| run.workflow.name.to_string());
    format!("#{} {title}", run.number)
}
