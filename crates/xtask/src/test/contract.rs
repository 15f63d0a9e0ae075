//! The OpenAPI document: whether it is the served one, well made, and kind to existing clients.

use super::{SUITE_WITHIN, build::Built, report::Outcome};
use crate::{error::Error, npm, openapi, process, workspace};
use drift::{Change, ChangeClass};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the linter and its rules are.
fn linter() -> PathBuf {
    workspace::root().join("tests/openapi")
}

/// Installs the linter and says in one phrase what was done.
pub fn ensure_linter() -> Result<String, Error> {
    let installed = npm::install(&linter())?;
    Ok(if installed { "installed the linter" } else { "the linter is there" }.to_owned())
}

/// Compares the committed document with the one that the server gives.
pub fn is_served(built: &Built) -> Result<Outcome, Error> {
    let served = openapi::served(built.jido()?)?;
    let path = openapi::committed();
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if served == committed {
        return Ok(Outcome::passed());
    }
    Ok(Outcome::failed(difference(&path, &committed, &served)))
}

/// Runs the linter; its warnings are errors.
pub fn lint() -> Result<Outcome, Error> {
    let mut command = Command::new("node");
    command.args(["node_modules/@redocly/cli/bin/cli.js", "lint", "--config", "redocly.yaml"]);
    command.arg("../../openapi/v1.json").current_dir(linter());
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let finished = process::run_quietly("redocly lint", &mut command, SUITE_WITHIN, |_, _| {})?;
    Ok(Outcome::of_check(&finished, ""))
}

/// Fails when a client that was made from the released document may not get on with the committed one.
pub fn breaks_nobody() -> Result<Outcome, Error> {
    let breaks = breaks(&document(&openapi::released())?, &document(&openapi::committed())?);
    if breaks.is_empty() {
        return Ok(Outcome::passed());
    }
    let hint = "Keep what clients rely on, or release another major version. Where the break is meant, say why in an \
                ADR and run `cargo xtask openapi --release`.";
    Ok(Outcome::failed(format!("Existing clients break:\n{}\n{hint}", breaks.join("\n"))))
}

fn document(path: &Path) -> Result<Value, Error> {
    let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
    let source = |source| Error::NotJson { what: path.display().to_string(), text: String::new(), source };
    // The comparison knows OpenAPI 3.0 alone.
    Ok(openapi_downgrade::to_3_0(serde_json::from_str(&text).map_err(source)?))
}

/// What in `new` breaks clients of `old`, a line each.
fn breaks(old: &Value, new: &Value) -> Vec<String> {
    match drift::compare(old, &without_additions(old, new)) {
        Ok(changes) => changes.iter().flat_map(lines).collect(),
        Err(error) => vec![format!("  the documents cannot be compared: {error:#}")],
    }
}

/// The new document without the fields that nobody who knows the old one would miss: optional ones, and those of
/// answers. The comparison takes every new field for a break.
fn without_additions(old: &Value, new: &Value) -> Value {
    let mut new = new.clone();
    let schemas = new.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        // Requests take no field that they do not know; answers do not say so.
        let is_request = schema["additionalProperties"] == false;
        let known = old["components"]["schemas"][name]["properties"].clone();
        let required = schema["required"].clone();
        let is_required =
            |field: &str| required.as_array().is_some_and(|names| names.iter().any(|name| name == field));
        let is_addition = |field: &str| known[field].is_null() && !(is_request && is_required(field));
        if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            fields.retain(|field, _| !is_addition(field));
        }
        if let Some(names) = schema.get_mut("required").and_then(Value::as_array_mut) {
            names.retain(|field| field.as_str().is_none_or(|field| !is_addition(field)));
        }
    }
    new
}

fn lines(change: &Change) -> Vec<String> {
    let breaking = change.changes.iter().filter(|info| match info.class {
        ChangeClass::BackwardIncompatible | ChangeClass::Incompatible | ChangeClass::Unhandled => true,
        ChangeClass::ForwardIncompatible | ChangeClass::Trivial => false,
    });
    let place = change.paths.first().map(|path| path.new.to_string()).unwrap_or_default();
    breaking.map(|info| format!("  {place}/{}: {}", info.new_subpath, info.message)).collect()
}

fn difference(path: &Path, committed: &str, served: &str) -> String {
    let first = committed.lines().zip(served.lines()).position(|(old, new)| old != new);
    let line = first.unwrap_or_else(|| committed.lines().count().min(served.lines().count()));
    format!(
        "{} is not what the server serves: they differ from line {} on.\n  committed: {}\n  served:    {}\n\
         Renew it with `cargo xtask openapi` and read the difference before committing it.",
        path.display(),
        line + 1,
        committed.lines().nth(line).unwrap_or("(ends)").trim(),
        served.lines().nth(line).unwrap_or("(ends)").trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    fn released() -> Value {
        document(&openapi::committed()).unwrap()
    }

    fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut new = released();
        change(&mut new);
        breaks(&released(), &new)
    }

    fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
        document.pointer_mut(pointer).unwrap()
    }

    fn remove(document: &mut Value, pointer: &str, name: &str) {
        at(document, pointer).as_object_mut().unwrap().remove(name).unwrap();
    }

    const RUNS: &str = "/paths/~1api~1v1~1projects~1{project_id}~1runs";

    #[test]
    fn the_same_document_breaks_nobody() {
        assert_eq!(changed(|_| {}), Vec::<String>::new());
    }

    #[test_case(|new| remove(new, "/paths", "/api/v1/runs"); "an operation is gone")]
    #[test_case(|new| remove(new, "/components/schemas/RunResponse/properties", "status"); "a field of an answer is gone")]
    #[test_case(|new| *at(new, "/components/schemas/RunResponse/properties/number/type") = json!("string"); "a field of an answer has another type")]
    #[test_case(|new| at(new, "/components/schemas/StartRunRequest/required").as_array_mut().unwrap().push(json!("title")); "a field of a request becomes required")]
    #[test_case(|new| remove(new, "/components/schemas/StartRunRequest/properties", "title"); "a field of a request is refused")]
    #[test_case(|new| at(new, "/components/schemas/RunStatus/enum").as_array_mut().unwrap().push(json!("paused")); "an answer has a new word")]
    #[test_case(|new| at(new, &format!("{RUNS}/get/parameters")).as_array_mut().unwrap().push(json!({ "name": "x", "in": "query", "required": true, "schema": { "type": "string" } })); "a new parameter is required")]
    #[test_case(|new| { let run = at(new, &format!("{RUNS}/post/responses")).as_object_mut().unwrap(); let made = run.remove("201").unwrap(); run.insert("202".to_owned(), made); }; "a success has another status")]
    #[test_case(|new| { at(new, "/components/schemas/StartRunRequest/properties").as_object_mut().unwrap().insert("more".to_owned(), json!({ "type": "string" })); at(new, "/components/schemas/StartRunRequest/required").as_array_mut().unwrap().push(json!("more")); }; "a request needs a new field")]
    fn what_clients_rely_on_cannot_go(change: fn(&mut Value)) {
        let breaks = changed(change);
        assert!(!breaks.is_empty(), "nobody noticed");
    }

    #[test_case(|new| { let path = at(new, "/paths/~1api~1v1~1runs").clone(); at(new, "/paths").as_object_mut().unwrap().insert("/api/v1/more".to_owned(), path); }; "an operation is new")]
    #[test_case(|new| { at(new, "/components/schemas/RunResponse/properties").as_object_mut().unwrap().insert("more".to_owned(), json!({ "type": "string" })); }; "an answer has a new field")]
    #[test_case(|new| { at(new, "/components/schemas/StartRunRequest/properties").as_object_mut().unwrap().insert("more".to_owned(), json!({ "type": "string" })); }; "a request may have a new field")]
    #[test_case(|new| { at(new, "/components/schemas/RunResponse/properties").as_object_mut().unwrap().insert("more".to_owned(), json!({ "type": "string" })); at(new, "/components/schemas/RunResponse/required").as_array_mut().unwrap().push(json!("more")); }; "an answer always has a new field")]
    #[test_case(|new| *at(new, "/components/schemas/RunStatus/description") = json!("Other words."); "a description is worded anew")]
    fn what_is_added_breaks_nobody(change: fn(&mut Value)) {
        assert_eq!(changed(change), Vec::<String>::new());
    }
}
