//! Generates the client from the committed contract.

use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::{Map, Value};
use std::error::Error;
use std::path::Path;
use std::{env, fs};

const CONTRACT: &str = "../../../openapi/v1.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={CONTRACT}");
    let contract: Value = serde_json::from_slice(&fs::read(CONTRACT)?)?;
    // Progenitor reads OpenAPI 3.0 alone.
    let mut document = openapi_downgrade::to_3_0(openapi_downgrade::without_streams(contract));
    openapi_downgrade::operations(&mut document).for_each(one_media_type);
    let document = serde_json::from_value(document)?;
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    let tokens = Generator::new(&settings).generate_tokens(&document)?;
    let code = prettyplease::unparse(&syn::parse2(tokens)?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("client.rs"), code)?;
    Ok(())
}

/// Progenitor knows one media type for each body, and takes problems for what they are: JSON.
fn one_media_type(operation: &mut Map<String, Value>) {
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.values_mut().for_each(as_json);
    }
    operation.get_mut("requestBody").into_iter().for_each(as_json);
}

fn as_json(body: &mut Value) {
    let Some(content) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    if let Some(problem) = content.remove("application/problem+json") {
        content.insert("application/json".to_owned(), problem);
    }
    if content.contains_key("application/json") {
        content.retain(|media_type, _| media_type == "application/json");
    }
}
