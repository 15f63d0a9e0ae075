//! `jido project`.

use super::call::Call;
use super::server::ServerOptions;
use super::{say_json, table};
use crate::error::Error;
use crate::output::{note, say};
use clap::{Args, Subcommand};
use engine::clock;
use serde_json::{Map, Value, json};
use std::num::NonZeroUsize;
use wire::ProjectResponse;

#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Make a project: a git repository under work.
    #[command(after_help = "\
Examples:
  jido project add parser --repository https://git.example/team/parser.git --agent claude --test-command 'cargo test'
  jido project add notes                                 without a repository: runs have an empty folder")]
    Add(Box<AddOptions>),

    /// List the projects that you can read.
    #[command(after_help = "\
Examples:
  jido project list
  jido project list --json | jq -r '.items[].name'")]
    List(ListOptions),
}

#[derive(Debug, Args)]
pub struct AddOptions {
    /// Its unique name.
    name: String,

    /// The git repository: https, ssh, user@host:path or file.
    #[arg(long, value_name = "URL")]
    repository: Option<String>,

    /// The branch that runs start from; main when left out.
    #[arg(long, value_name = "BRANCH")]
    default_branch: Option<String>,

    /// The test command: words parted by blanks, no shell. For more, --test-argument.
    #[arg(long, value_name = "WORDS", conflicts_with = "test_arguments")]
    test_command: Option<String>,

    /// One word of the test command, program first; give it once for each.
    #[arg(long = "test-argument", value_name = "WORD", allow_hyphen_values = true)]
    test_arguments: Vec<String>,

    /// The coding agent, by its name in the server's configuration.
    #[arg(long)]
    agent: Option<String>,

    /// The git credential, by its name in the server's configuration.
    #[arg(long)]
    credential: Option<String>,

    /// The branch that an approval makes; it must hold {run}.
    #[arg(long, value_name = "PATTERN")]
    branch_pattern: Option<String>,

    /// Store a bundle of what is approved, and touch no remote.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
pub struct ListOptions {
    /// Archived projects too.
    #[arg(long)]
    archived: bool,

    /// The most projects.
    #[arg(long, default_value = "200")]
    limit: NonZeroUsize,

    #[command(flatten)]
    server: ServerOptions,
}

pub fn execute(command: ProjectCommand) -> Result<(), Error> {
    match command {
        ProjectCommand::Add(options) => add(&options),
        ProjectCommand::List(options) => list(&options),
    }
}

fn add(options: &AddOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let call = Call::post(["projects"]).key(&clock::new_id().to_string()).json(&request(options));
    let document = api.json(&call)?;
    if options.server.json {
        say_json(&document);
        return Ok(());
    }
    let project: ProjectResponse = api.meaning(document)?;
    say(&format!("The project {} is made ({}).", super::text::clean(&project.name), project.id));
    note(&format!("Start a run: jido run start WORKFLOW --project {} (`jido workflow list`)", project.id));
    Ok(())
}

fn request(options: &AddOptions) -> Value {
    let words = options.test_command.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned);
    let test_command: Vec<String> = words.chain(options.test_arguments.iter().cloned()).collect();
    let mut shipping = Map::new();
    if let Some(pattern) = &options.branch_pattern {
        shipping.insert("branch_pattern".to_owned(), json!(pattern));
    }
    if options.dry_run {
        shipping.insert("mode".to_owned(), json!("dry_run"));
    }
    let fields = [
        ("name", json!(options.name)),
        ("repository", json!(options.repository)),
        ("default_branch", json!(options.default_branch)),
        ("test_command", json!(test_command)),
        ("agent", json!(options.agent)),
        ("credential", json!(options.credential)),
        ("shipping", Value::Object(shipping)),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(given.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn list(options: &ListOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let mut call = Call::get(["projects"]);
    if options.archived {
        call = call.query("archived", "include");
    }
    let (items, next) = api.list(&call, options.limit.get())?;
    if options.server.json {
        say_json(&json!({ "items": items, "next_cursor": next }));
        return Ok(());
    }
    let projects: Vec<ProjectResponse> = api.meaning(Value::Array(items))?;
    if projects.is_empty() {
        note("There are no projects that you can read. `jido project add NAME --repository URL` makes one.");
        return Ok(());
    }
    let row = |project: &ProjectResponse| {
        let archived = if project.archived_at.is_some() { "archived" } else { "" };
        vec![
            project.name.clone(),
            project.repository.clone().unwrap_or_else(|| "-".to_owned()),
            project.default_branch.clone(),
            project.agent.clone().unwrap_or_else(|| "-".to_owned()),
            project.role.to_string(),
            project.id.to_string(),
            archived.to_owned(),
        ]
    };
    let rows: Vec<_> = projects.iter().map(row).collect();
    table::print(&["name", "repository", "branch", "agent", "your role", "id", ""], &rows);
    table::say_more(next.is_some());
    Ok(())
}
