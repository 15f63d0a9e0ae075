//! `jido run list`.

use super::inputs::pair;
use crate::client::call::Call;
use crate::client::server::ServerOptions;
use crate::client::text::ago;
use crate::client::{reference, say_json, table};
use crate::error::Error;
use crate::output::note;
use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::ProjectId;
use domain::run::Status;
use engine::clock;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use wire::{ProblemCode, ProjectResponse, RunResponse};

#[derive(Debug, Args)]
pub struct ListOptions {
    /// Runs of this project alone, by its name or id.
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,

    /// Runs with this status; give it once for each.
    #[arg(long = "status", value_name = "STATUS", value_parser = PossibleValuesParser::new(Status::ALL.iter().map(|status| status.as_str())))]
    statuses: Vec<String>,

    /// Runs of this workflow alone.
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,

    /// Runs with this label; give it once for each: all must fit.
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,

    /// The most runs.
    #[arg(long, default_value = "50")]
    limit: NonZeroUsize,

    #[command(flatten)]
    server: ServerOptions,
}

pub fn list(options: &ListOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let mut call = Call::get(["runs"]);
    if let Some(name) = &options.project {
        call = call.query("project_id", reference::project(&api, name)?.id);
    }
    for status in &options.statuses {
        call = call.query("status", status);
    }
    if let Some(workflow) = &options.workflow {
        call = call.query("workflow", workflow);
    }
    for (name, value) in &options.labels {
        call = call.query("label", format!("{name}:{value}"));
    }
    let (items, next) = api.list(&call, options.limit.get())?;
    if options.server.json {
        say_json(&json!({ "items": items, "next_cursor": next }));
        return Ok(());
    }
    let runs: Vec<RunResponse> = api.meaning(Value::Array(items))?;
    if runs.is_empty() {
        note("There are no such runs. `jido run start WORKFLOW --project PROJECT` starts one.");
        return Ok(());
    }
    let names = project_names(&api)?;
    let now = clock::now();
    let row = |run: &RunResponse| {
        let project = names.get(&run.project_id).cloned().unwrap_or_else(|| run.project_id.to_string());
        vec![
            format!("{project}/{}", run.number),
            run.status.to_string(),
            run.current_step.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            run.workflow.name.to_string(),
            ago(run.created_at, now),
            run.title.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = runs.iter().map(row).collect();
    table::print(&["run", "status", "step", "workflow", "started", "title"], &rows);
    table::say_more(next.is_some());
    Ok(())
}

fn project_names(api: &crate::client::api::Api) -> Result<BTreeMap<ProjectId, String>, Error> {
    let call = Call::get(["projects"]).query("archived", "include");
    let (items, _) = match api.list(&call, 1000) {
        // Who may read runs but no projects knows these by their ids.
        Err(failure) if failure.code() == Some(ProblemCode::Forbidden) => return Ok(BTreeMap::new()),
        listed => listed?,
    };
    let projects: Vec<ProjectResponse> = api.meaning(Value::Array(items))?;
    Ok(projects.into_iter().map(|project| (project.id, project.name)).collect())
}
