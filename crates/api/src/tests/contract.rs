//! The OpenAPI document, the catalogue, the permissions: none forgets an operation.

use super::support::{Fixture, anonymous};
use crate::operations::{methods, operations};
use crate::permission::{Need, need_of};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use wire::ProblemCode;

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn the_committed_document_is_the_served_one() {
    let path = file("openapi/v1.json");
    let served = crate::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == served, "openapi/v1.json is out of date: run this test with UPDATE_OPENAPI=1");
}

#[test]
fn every_operation_is_described_whole() {
    let document = crate::openapi();
    let mut ids = BTreeSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in methods(item) {
            let id = operation.operation_id.clone().unwrap();
            assert!(id.contains('_') && ids.insert(id.clone()), "{id} is no verb_noun, or stands twice");
            assert!(operation.summary.is_some() && operation.description.is_some(), "{id}");
            assert_eq!(operation.tags.as_ref().map(Vec::len), Some(1), "{id}");
            let responses = serde_json::to_value(&operation.responses).unwrap();
            let bodies: BTreeSet<String> = responses
                .as_object()
                .unwrap()
                .iter()
                .filter(|(status, _)| status.starts_with('2'))
                .filter_map(|(_, response)| response.pointer("/content/application~1json/schema"))
                .map(Value::to_string)
                .collect();
            assert!(bodies.len() <= 1, "{method} {path} has more than one success schema");
        }
    }
}

#[test]
fn every_operation_has_an_example_that_fits_its_schema() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut named = BTreeSet::from(["problem".to_owned()]);
    let operations = ["paths", "webhooks"].into_iter().flat_map(|part| document[part].as_object().unwrap());
    let operations = operations.flat_map(|(_, item)| item.as_object().unwrap().values());
    for operation in operations.filter(|operation| operation.get("operationId").is_some()) {
        let id = operation["operationId"].as_str().unwrap();
        let responses = operation["responses"].as_object().unwrap();
        let successes =
            responses.iter().filter(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
        let bodies = successes.chain(operation.get("requestBody")).filter_map(|body| body.get("content"));
        for (media_type, content) in bodies.flat_map(|content| content.as_object().unwrap()) {
            if media_type == "application/octet-stream" {
                continue;
            }
            let example =
                content.get("example").unwrap_or_else(|| panic!("{id} has no {media_type} example"));
            let mut schema = content["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let faults: Vec<_> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{id} {media_type}: {faults:?}");
            named.insert(id.to_owned());
        }
    }
    assert!(document.pointer("/components/schemas/Problem/examples/0/errors/1").is_some());
    let files: BTreeSet<_> = crate::document::example_names().map(str::to_owned).collect();
    assert_eq!(files.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_word_of_a_closed_list_is_explained() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let schemas = document.pointer("/components/schemas").unwrap().as_object().unwrap();
    let lists: Vec<_> = schemas.iter().filter(|(_, schema)| schema.get("enum").is_some()).collect();
    assert!(lists.len() > 20);
    for (name, schema) in lists {
        let description = schema["description"].as_str().unwrap();
        for word in schema["enum"].as_array().unwrap() {
            let mark = format!("- `{}`", word.as_str().unwrap());
            let line = description.lines().find(|line| line.starts_with(&mark));
            let meaning = line.and_then(|line| line.split_once(": ")).map_or("", |(_, meaning)| meaning);
            assert!(meaning.len() > 3, "{name} does not say what {word} means");
        }
    }
}

#[test]
fn every_operation_says_who_may_call_it() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    for (method, path, id) in operations().all() {
        let pointer = format!(
            "/paths/{}/{}/security",
            path.replace('~', "~0").replace('/', "~1"),
            method.to_ascii_lowercase()
        );
        let security = document.pointer(&pointer).unwrap_or_else(|| panic!("{id} has no security"));
        let expected = match need_of(id).unwrap() {
            Need::Public => serde_json::json!([{}]),
            Need::SignedIn => serde_json::json!([{ "token": [] }, { "session": [] }]),
            Need::Permission(permission) => {
                serde_json::json!([{ "token": [permission.as_str()] }, { "session": [permission.as_str()] }])
            }
        };
        assert_eq!(*security, expected, "{id}");
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut places = vec![&document];
    let mut references = BTreeSet::new();
    while let Some(place) = places.pop() {
        match place {
            Value::Object(members) => {
                references.extend(members.get("$ref").and_then(Value::as_str));
                places.extend(members.values());
            }
            Value::Array(items) => places.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    assert!(references.len() > 20);
    let lost = references.into_iter().filter(|reference| document.pointer(&reference[1..]).is_none());
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_operation_has_its_permission() {
    for (method, path, id) in operations().all() {
        assert!(need_of(id).is_some(), "{method} {path} ({id}) has no permission");
    }
}

#[actix_web::test]
async fn without_credentials_everything_but_the_public_answers_401() {
    let fixture = Fixture::new().await;
    let mut public = BTreeSet::new();
    for (method, path, id) in operations().all() {
        if need_of(id) == Some(Need::Public) {
            public.insert(id);
            continue;
        }
        let path = path
            .replace("{name}", "gated")
            .replace("{step}", "prepare")
            .replace("{version}", "1")
            .replace("{attempt}", "1");
        let path = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let answer = fixture.send(anonymous(method.parse().unwrap(), &path)).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{method} {path}");
    }
    assert_eq!(
        public.into_iter().collect::<Vec<_>>(),
        ["accept_invitation", "get_health", "get_openapi", "get_readiness", "sign_in_with_owner_link"]
    );
}

#[test]
fn every_code_has_its_page_and_stands_in_the_document() {
    let document = crate::openapi_json();
    let value: Value = serde_json::from_str(&document).unwrap();
    let listed = value.pointer("/components/schemas/ProblemCode/enum").unwrap().as_array().unwrap();
    for code in ProblemCode::ALL {
        let page = std::fs::read_to_string(file(&format!("docs/errors/{code}.md"))).unwrap();
        assert!(
            page.contains(code.title()) && page.contains(code.remediation()),
            "the page of {code} is out of date"
        );
        let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let example: wire::Problem = serde_json::from_str(example).unwrap();
        assert_eq!((example.code, example.status), (*code, code.status()));
        assert!(listed.iter().any(|value| value == code.as_str()), "{code}");
        if *code != ProblemCode::MethodNotAllowed {
            assert!(document.contains(&format!("`{code}`")), "no operation answers {code}");
        }
    }
    assert_eq!(std::fs::read_dir(file("docs/errors")).unwrap().count(), ProblemCode::ALL.len());
}
