//! Inputs as they are typed on a command line, made into what the workflow's schema asks for.

use crate::client::failure::{Failure, fault_line};
use crate::error::Error;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most that a request may have.
const MAX_BYTES: u64 = 1 << 20;

/// `name=value`, with a name that is not empty.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not written as name=value")),
    }
}

/// `name=path`.
pub fn file_pair(text: &str) -> Result<(String, PathBuf), String> {
    pair(text).map(|(name, path)| (name, PathBuf::from(path)))
}

/// What the options say, read by the types of the workflow's schema. Later ones win.
pub fn read(
    document: Option<&Path>,
    files: &[(String, PathBuf)],
    pairs: &[(String, String)],
    schema: &Value,
) -> Result<Map<String, Value>, Error> {
    let mut inputs = match document {
        None => Map::new(),
        Some(path) => object(path)?,
    };
    let mut faults = Vec::new();
    let mut add = |name: &str, text: String| match typed(&schema["properties"][name], &text) {
        Ok(value) => {
            inputs.insert(name.to_owned(), value);
        }
        Err(detail) => faults.push(fault_line(&format!("--input {name}"), &detail)),
    };
    for (name, path) in files {
        add(name, text_of(path)?);
    }
    for (name, text) in pairs {
        add(name, text.clone());
    }
    if faults.is_empty() {
        return Ok(inputs);
    }
    Err(Failure::Faults { what: "the command line".to_owned(), faults }.into())
}

fn object(path: &Path) -> Result<Map<String, Value>, Error> {
    let what = path.display();
    match serde_json::from_str(&text_of(path)?) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::Usage(format!("{what} holds no JSON object")).into()),
        Err(error) => Err(Failure::Usage(format!("{what} is not JSON: {error}")).into()),
    }
}

/// The text of a file, or of standard input for `-`.
fn text_of(path: &Path) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let outcome = if path == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    let size = outcome.map_err(Error::io("read", path))?;
    if size as u64 > MAX_BYTES {
        let what = format!("{} is longer than the {MAX_BYTES} bytes that a request may have", path.display());
        return Err(Failure::Usage(what).into());
    }
    String::from_utf8(bytes).map_err(|error| {
        Failure::Usage(format!("{} is no text: {}", path.display(), error.utf8_error())).into()
    })
}

/// The text as the schema wants it: as it is where a text may stand, as JSON otherwise.
fn typed(schema: &Value, text: &str) -> Result<Value, String> {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if types.is_empty() || types.contains(&"string") {
        return Ok(Value::String(text.to_owned()));
    }
    serde_json::from_str(text)
        .map_err(|_| format!("Expected the JSON of a value of type {}.", types.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use test_case::test_case;

    #[test_case(json!({ "type": "string" }), "7", Some(json!("7")); "a text stays a text")]
    #[test_case(json!({ "type": "integer" }), "7", Some(json!(7)); "a number")]
    #[test_case(json!({ "type": "boolean" }), "true", Some(json!(true)); "a truth value")]
    #[test_case(json!({ "type": "array" }), "[1, \"a\"]", Some(json!([1, "a"])); "a list")]
    #[test_case(json!({ "type": ["string", "null"] }), "null", Some(json!("null")); "a text or nothing")]
    #[test_case(json!({}), "7", Some(json!("7")); "no type")]
    #[test_case(json!({ "type": "integer" }), "seven", None; "no number")]
    fn a_text_is_read_by_the_schemas_type(schema: Value, text: &str, expected: Option<Value>) {
        assert_eq!(typed(&schema, text).ok(), expected);
    }

    #[test]
    fn later_options_win_and_all_faults_come_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inputs.json");
        std::fs::write(&path, r#"{ "a": "document", "b": 1 }"#).unwrap();
        let schema = json!({ "properties": { "a": { "type": "string" }, "b": { "type": "integer" }, "c": { "type": "boolean" } } });
        let pairs = [("a".to_owned(), "pair=x".to_owned())];
        let read_all = |pairs: &[(String, String)]| read(Some(&path), &[], pairs, &schema);
        assert_eq!(Value::Object(read_all(&pairs).unwrap()), json!({ "a": "pair=x", "b": 1 }));
        let wrong = [("b".to_owned(), "x".to_owned()), ("c".to_owned(), "y".to_owned())];
        let Err(Error::Client(failure)) = read_all(&wrong) else { panic!("faults are refused") };
        assert_eq!(failure.lines().len(), 2);
        assert_eq!(failure.exit_code(), 1);
    }

    #[test]
    fn a_file_is_taken_whole_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        let whole = "x".repeat(usize::try_from(MAX_BYTES).unwrap());
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(text_of(&path).unwrap(), whole);
        std::fs::write(&path, whole + "x").unwrap();
        assert!(text_of(&path).unwrap_err().to_string().contains("longer than"));
        std::fs::write(&path, b"\xff").unwrap();
        assert!(text_of(&path).unwrap_err().to_string().contains("is no text"));
    }

    #[test]
    fn a_pair_has_a_name() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(pair("=b").is_err() && pair("b").is_err());
    }
}
