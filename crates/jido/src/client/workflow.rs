//! `jido workflow list`, `publish` and `diff`.

use super::api::Api;
use super::call::Call;
use super::failure::Failure;
use super::server::ServerOptions;
use super::text::{ago, clean, clean_lines};
use super::{say_json, table};
use crate::error::Error;
use crate::output::say;
use crate::workflow::{line, parse, read};
use clap::Args;
use domain::contract::{Comparison, Pinned, WorkflowName, compare, parse_json};
use engine::clock;
use serde_json::{Value, json};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use wire::{ComparisonResponse, PublishedVersion, WorkflowResponse, WorkflowVersionResponse};

#[derive(Debug, Args)]
pub struct ListOptions {
    /// The most workflows.
    #[arg(long, default_value = "200")]
    limit: NonZeroUsize,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
pub struct PublishOptions {
    /// A YAML file, or JSON when its name ends in .json.
    file: PathBuf,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Debug, Args)]
pub struct DiffOptions {
    /// A workflow's name, or a file that is compared with the newest version of its workflow.
    what: String,

    /// The earlier version; the one before NEW when left out.
    #[arg(value_name = "OLD", value_parser = clap::value_parser!(i64).range(1..))]
    old: Option<i64>,

    /// The later version; the newest when left out.
    #[arg(value_name = "NEW", value_parser = clap::value_parser!(i64).range(1..))]
    new: Option<i64>,

    #[command(flatten)]
    server: ServerOptions,
}

pub fn list(options: &ListOptions) -> Result<(), Error> {
    let api = options.server.connect()?;
    let (items, next) = api.list(&Call::get(["workflows"]), options.limit.get())?;
    if options.server.json {
        say_json(&json!({ "items": items, "next_cursor": next }));
        return Ok(());
    }
    let workflows: Vec<WorkflowResponse> = api.meaning(Value::Array(items))?;
    let now = clock::now();
    let row = |workflow: &WorkflowResponse| {
        vec![
            workflow.name.to_string(),
            workflow.newest_version.to_string(),
            ago(workflow.updated_at, now),
            workflow.title.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = workflows.iter().map(row).collect();
    table::print(&["name", "version", "published", "title"], &rows);
    table::say_more(next.is_some());
    Ok(())
}

pub fn publish(options: &PublishOptions) -> Result<(), Error> {
    let (text, pinned) = valid(&options.file)?;
    let api = options.server.connect()?;
    let name = pinned.definition().name.to_string();
    let media_type = if is_json(&options.file) { "application/json" } else { "application/yaml" };
    let call = Call::post(["workflows", &name, "versions"]).key(&clock::new_id().to_string());
    let document = api.json(&call.body(media_type, text))?;
    if options.server.json {
        say_json(&document);
        return Ok(());
    }
    let published: PublishedVersion = api.meaning(document)?;
    let what = if published.created { "is published" } else { "has this content already" };
    say(&format!("{} version {} {what}, {}", published.name, published.version, published.digest));
    Ok(())
}

pub fn diff(options: &DiffOptions) -> Result<(), Error> {
    if Path::new(&options.what).is_file() && options.old.is_none() {
        return diff_file(options);
    }
    if Path::new(&options.what).is_file() && WorkflowName::parse(&options.what).is_err() {
        let what = "a file is compared with the newest version alone: leave the number out";
        return Err(Failure::Usage(what.to_owned()).into());
    }
    let Ok(name) = WorkflowName::parse(&options.what) else {
        let what = format!("`{}` is neither a file nor the name of a workflow", clean(&options.what));
        return Err(Failure::NotFound(what).into());
    };
    let api = options.server.connect()?;
    let new = match options.new {
        Some(new) => new,
        None => newest(&api, &name)?.version,
    };
    let old = options.old.unwrap_or(new - 1);
    if old < 1 {
        return Err(Failure::NotNow(format!(
            "there is no version of {name} before version {new} to compare it with"
        ))
        .into());
    }
    let path = ["workflows", name.as_str(), "versions", &new.to_string(), "compare"];
    let document = api.json(&Call::get(path).query("against", old))?;
    if options.server.json {
        say_json(&document);
        return Ok(());
    }
    let comparison: ComparisonResponse = api.meaning(document)?;
    let steps = comparison.steps.iter().map(|step| (step.key.to_string(), step.kind.clone()));
    let breaks = comparison.input_breaks.iter().map(|found| (found.input.clone(), found.kind.clone()));
    say_comparison(&format!("{name} {old} -> {new}"), steps, breaks);
    if !comparison.text.is_empty() {
        say(clean_lines(&comparison.text).trim_end());
    }
    Ok(())
}

fn diff_file(options: &DiffOptions) -> Result<(), Error> {
    let (_, pinned) = valid(Path::new(&options.what))?;
    let api = options.server.connect()?;
    let name = &pinned.definition().name;
    let published = newest(&api, name)?;
    let unreadable =
        || Failure::NotNow(format!("version {} of {name} cannot be read by this jido", published.version));
    let before = parse_json(published.document.to_string().as_bytes()).map_err(|_| unreadable())?;
    let comparison = compare(&before, &pinned);
    if options.server.json {
        say_json(&serde_json::to_value(&comparison).unwrap_or_default());
        return Ok(());
    }
    let Comparison { changes, steps, input_breaks } = comparison;
    let steps = steps.iter().map(|step| (step.key.to_string(), step.kind.to_string()));
    let breaks = input_breaks.iter().map(|found| (found.input.clone(), found.kind.to_string()));
    say_comparison(&format!("{name} {} -> {}", published.version, options.what), steps, breaks);
    for change in &changes {
        let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
        say(&format!(
            "  {}: {} -> {}",
            clean(&change.pointer),
            clean(&side(&change.before)),
            clean(&side(&change.after))
        ));
    }
    if changes.is_empty() {
        say("  nothing differs");
    }
    Ok(())
}

fn say_comparison(
    heading: &str,
    steps: impl Iterator<Item = (String, String)>,
    breaks: impl Iterator<Item = (String, String)>,
) {
    say(&clean(heading));
    for (key, kind) in steps {
        say(&format!("  step {}: {}", clean(&key), clean(&kind)));
    }
    for (input, kind) in breaks {
        say(&format!("  callers break: input {} ({})", clean(&input), clean(&kind)));
    }
}

fn newest(api: &Api, name: &WorkflowName) -> Result<WorkflowVersionResponse, Failure> {
    let newest: WorkflowResponse = api.typed(&Call::get(["workflows", name.as_str()]))?;
    api.typed(&Call::get(["workflows", name.as_str(), "versions", &newest.newest_version.to_string()]))
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// The file's bytes and its definition, or every fault.
fn valid(file: &Path) -> Result<(Vec<u8>, Pinned), Error> {
    let bytes = read(file)?;
    match parse(file, &bytes) {
        Ok(pinned) => Ok((bytes, pinned)),
        Err(faults) => {
            let faults = faults.iter().map(|fault| line(fault).trim().to_owned()).collect();
            Err(Failure::Faults { what: clean(&file.display().to_string()), faults }.into())
        }
    }
}
