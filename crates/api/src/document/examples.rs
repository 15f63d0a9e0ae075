//! Examples of requests and answers, recorded from a server and made anonymous: one file for each operation.

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Content, OpenApi as Document, RefOr};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/document/examples");

/// What one file holds: bodies by media type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    #[serde(default)]
    request: BTreeMap<String, Value>,
    #[serde(default)]
    response: BTreeMap<String, Value>,
}

/// The names of all files, without their extension.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.files().filter_map(|file| file.path().file_stem()?.to_str())
}

/// The body that the operation's example sends.
pub fn request_of(operation: &str, media_type: &str) -> Option<Value> {
    read(operation).request.remove(media_type)
}

/// Adds its examples to an operation.
pub fn add(operation: &mut Operation) {
    let Some(id) = operation.operation_id.as_deref() else { return };
    let example = read(id);
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        fill(body.content.iter_mut(), &example.request);
    }
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            fill(response.content.iter_mut(), &example.response);
        }
    }
}

/// Adds its example to the schema of problems.
pub fn add_problem(document: &mut Document) {
    let example = read("problem").response.remove(wire::Problem::MEDIA_TYPE);
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    match schemas.and_then(|schemas| schemas.get_mut("Problem")) {
        Some(RefOr::T(Schema::Object(object))) => object.examples = example.into_iter().collect(),
        Some(RefOr::T(Schema::AllOf(all))) => all.examples = example.into_iter().collect(),
        _ => {}
    }
}

/// A file that is missing or broken gives nothing; the tests of the contract find out.
fn read(name: &str) -> Example {
    let file = FILES.get_file(format!("{name}.json"));
    file.and_then(|file| serde_json::from_slice(file.contents()).ok()).unwrap_or_default()
}

fn fill<'a>(
    contents: impl Iterator<Item = (&'a String, &'a mut RefOr<Content>)>,
    examples: &BTreeMap<String, Value>,
) {
    for (media_type, content) in contents {
        if let (RefOr::T(content), Some(example)) = (content, examples.get(media_type)) {
            content.example = Some(example.clone());
        }
    }
}
