//! `jido run start`.

use super::inputs::{file_pair, pair, read};
use super::then::Then;
use crate::client::api::Api;
use crate::client::call::Call;
use crate::client::failure::Failure;
use crate::client::reference;
use crate::client::text::clean;
use crate::error::Error;
use clap::Args;
use engine::clock;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use wire::{ProjectResponse, RunResponse, WorkflowResponse, WorkflowVersionResponse};

#[derive(Debug, Args)]
pub struct StartOptions {
    /// The workflow's name; `jido workflow list` has them.
    workflow: String,

    /// The project, by its name or id.
    #[arg(long, value_name = "PROJECT")]
    project: String,

    /// The workflow's version; the newest when left out.
    #[arg(long, value_name = "N")]
    version: Option<i64>,

    /// What the run is about, in a few words.
    #[arg(long)]
    title: Option<String>,

    /// A label, by which runs are found again; give it once for each.
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,

    /// The branch, tag or commit to start from; the project's default branch when left out.
    #[arg(long, value_name = "REF")]
    base_ref: Option<String>,

    /// An input: a text as it is, anything else as JSON; give it once for each.
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,

    /// An input whose value is a file's content.
    #[arg(long = "input-file", value_name = "NAME=PATH", value_parser = file_pair)]
    input_files: Vec<(String, PathBuf)>,

    /// All inputs as a JSON object in a file, or on standard input for `-`.
    #[arg(long = "inputs", value_name = "FILE")]
    document: Option<PathBuf>,

    /// Starting again with the same key and the same content gives the same run.
    #[arg(long, value_name = "KEY", value_parser = idempotency_key)]
    idempotency_key: Option<String>,

    #[command(flatten)]
    then: Then,
}

pub fn start(options: &StartOptions) -> Result<(), Error> {
    let api = options.then.connect()?;
    let project = reference::project(&api, &options.project)?;
    let document = send(&api, options, &project)?;
    let run: RunResponse = api.meaning(document.clone())?;
    let name = format!("{}/{}", clean(&project.name), run.number);
    let text = format!("Started {name}: {}{}", api.server(), clean(&run.page));
    let handle = if is_plain(&name) { name } else { run.id.to_string() };
    options.then.tell_and_follow(&api, &document, &text, &handle)
}

/// A key as the header can hold it.
fn idempotency_key(text: &str) -> Result<String, String> {
    if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 255 letters, digits and signs of ASCII, without blanks".to_owned())
}

/// Whether a shell takes the name as one word, and no command takes it for an option.
fn is_plain(name: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    name.bytes().all(harmless) && !name.starts_with('-')
}

fn send(api: &Api, options: &StartOptions, project: &ProjectResponse) -> Result<Value, Error> {
    let schema = schema_of_inputs(api, options)?;
    let inputs = read(options.document.as_deref(), &options.input_files, &options.inputs, &schema)?;
    let labels: Map<String, Value> =
        options.labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut body = Map::new();
    body.insert("workflow".to_owned(), json!(options.workflow));
    body.insert("inputs".to_owned(), Value::Object(inputs));
    let optional = [
        ("version", json!(options.version)),
        ("title", json!(options.title)),
        ("base_ref", json!(options.base_ref)),
        ("labels", if labels.is_empty() { Value::Null } else { Value::Object(labels) }),
    ];
    body.extend(
        optional
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let key = options.idempotency_key.clone().unwrap_or_else(|| clock::new_id().to_string());
    let call = Call::post(["projects", &project.id.to_string(), "runs"]).key(&key);
    Ok(api.json(&call.json(&Value::Object(body)))?)
}

/// What the inputs must be; anything where the workflow is not found, which the start itself then says.
fn schema_of_inputs(api: &Api, options: &StartOptions) -> Result<Value, Failure> {
    if options.inputs.is_empty() && options.input_files.is_empty() {
        return Ok(Value::Null);
    }
    let found = newest_or(api, &options.workflow, options.version);
    match found {
        Ok(version) => Ok(version.inputs),
        Err(Failure::Refused { problem, .. }) if matches!(problem.status, 404 | 422) => Ok(Value::Null),
        Err(failure) => Err(failure),
    }
}

fn newest_or(api: &Api, name: &str, version: Option<i64>) -> Result<WorkflowVersionResponse, Failure> {
    let version = match version {
        Some(version) => version,
        None => api.typed::<WorkflowResponse>(&Call::get(["workflows", name]))?.newest_version,
    };
    api.typed(&Call::get(["workflows", name, "versions", &version.to_string()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case("parser/12", true)]
    #[test_case("team/parser/12", true; "a slash")]
    #[test_case("two words/1", false)]
    #[test_case("quo'te/1", false)]
    #[test_case("-dash/1", false)]
    #[test_case("Grüße/1", false)]
    fn a_hint_names_a_run_as_a_shell_reads_it(name: &str, expected: bool) {
        assert_eq!(is_plain(name), expected);
    }

    #[test_case("build-17/retry=2", true)]
    #[test_case("", false; "nothing")]
    #[test_case("two words", false)]
    #[test_case("ü", false)]
    fn a_key_is_one_word_of_ascii(key: &str, expected: bool) {
        assert_eq!(idempotency_key(key).is_ok(), expected);
    }
}
