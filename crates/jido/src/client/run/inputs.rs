//! Inputs as they are typed on a command line, made into what the workflow's schema asks for.

use crate::client::failure::Failure;
use crate::error::Error;
use domain::contract::{compile_schema, schema_faults};
use serde_json::{Map, Value, json};
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

/// What the options say, read by the workflow's schema. Later ones win. What fits nothing stays a text: the server tells
/// its fault together with all the others.
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
    for (name, path) in files {
        inputs.insert(name.clone(), typed(schema, name, text_of(path)?));
    }
    for (name, text) in pairs {
        inputs.insert(name.clone(), typed(schema, name, text.clone()));
    }
    Ok(inputs)
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

/// The text as the schema wants it: as it is where it fits, as JSON where only that can.
fn typed(schema: &Value, name: &str, text: String) -> Value {
    let parsed = serde_json::from_str::<Value>(&text).ok();
    let text = Value::String(text);
    let (Some(fits), Some(parsed)) = (rule_of(schema, name), parsed) else { return text };
    if !fits(&text) && (fits(&parsed) || !may_be_text(&schema["properties"][name])) { parsed } else { text }
}

/// Whether a value fits one input, whose schema may refer to definitions; nothing where there is no such input.
fn rule_of(schema: &Value, name: &str) -> Option<impl Fn(&Value) -> bool> {
    const OWN: &str = "jido.input";
    let mut definitions = schema["$defs"].as_object().cloned().unwrap_or_default();
    definitions.insert(OWN.to_owned(), schema["properties"].get(name)?.clone());
    let document = json!({
        "$ref": format!("#/$defs/{OWN}"),
        "$defs": definitions,
        "definitions": schema["definitions"].as_object().cloned().unwrap_or_default(),
    });
    let validator = compile_schema(&document).ok()?;
    Some(move |value: &Value| schema_faults(&validator, value).is_empty())
}

fn may_be_text(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(one) => one == "string",
        Value::Array(several) => several.iter().any(|one| one == "string"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_case::test_case;

    #[test_case(json!({ "type": "string" }), "7", json!("7"); "a text stays a text")]
    #[test_case(json!({ "type": "string", "minLength": 2 }), "7", json!("7"); "a text that is too short")]
    #[test_case(json!({ "type": "integer" }), "7", json!(7); "a number")]
    #[test_case(json!({ "type": "integer", "maximum": 5 }), "7", json!(7); "a number that is too large")]
    #[test_case(json!({ "type": "boolean" }), "true", json!(true); "a truth value")]
    #[test_case(json!({ "type": "array" }), "[1, \"a\"]", json!([1, "a"]); "a list")]
    #[test_case(json!({ "type": ["string", "null"] }), "null", json!("null"); "a text or nothing")]
    #[test_case(json!({}), "7", json!("7"); "no type")]
    #[test_case(json!({ "type": "integer" }), "seven", json!("seven"); "no number")]
    #[test_case(json!({ "enum": [1, 2] }), "1", json!(1); "one of some numbers")]
    #[test_case(json!({ "enum": [1, "1"] }), "1", json!("1"); "one of a number and a text")]
    #[test_case(json!({ "const": true }), "true", json!(true); "one value")]
    #[test_case(json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }), "null", json!(null); "one of two types")]
    #[test_case(json!({ "$ref": "#/$defs/count" }), "5", json!(5); "a definition")]
    fn a_text_is_read_by_the_schema(schema: Value, text: &str, expected: Value) {
        let whole = json!({ "properties": { "a b": schema }, "$defs": { "count": { "type": "integer" } } });
        assert_eq!(typed(&whole, "a b", text.to_owned()), expected);
        assert_eq!(typed(&Value::Null, "a b", text.to_owned()), json!(text), "no schema is known");
    }

    #[test]
    fn later_options_win() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inputs.json");
        std::fs::write(&path, r#"{ "a": "document", "b": 1 }"#).unwrap();
        let pairs = [("a".to_owned(), "pair=x".to_owned())];
        let read = read(Some(&path), &[], &pairs, &Value::Null).unwrap();
        assert_eq!(Value::Object(read), json!({ "a": "pair=x", "b": 1 }));
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
