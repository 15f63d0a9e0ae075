use crate::support::{definition, places};
use domain::FaultCode;
use domain::contract::{InputMetadata, InputOrigin, Inputs};
use serde_json::json;

fn workflow() -> domain::contract::Definition {
    definition(
        "
name: n
inputs:
  type: object
  additionalProperties: false
  required: [failure_signal, mode]
  properties:
    failure_signal: { type: string, minLength: 3 }
    mode: { enum: [fast, careful], default: careful }
    limit: { type: integer, maximum: 5 }
    note: { type: string }
    tags: { type: array, items: { type: string }, default: [] }
steps: [{ key: a, uses: agent }]
",
    )
}

#[test]
fn defaults_are_filled_in_and_told_apart() {
    let (inputs, metadata) =
        Inputs::check(&workflow(), &json!({ "failure_signal": "boom", "note": "x" })).unwrap();
    assert_eq!(inputs, json!({ "failure_signal": "boom", "note": "x", "mode": "careful", "tags": [] }));
    let entry = |required, origin| InputMetadata { required, origin };
    let expected = [
        ("failure_signal", entry(true, InputOrigin::Provided)),
        ("mode", entry(true, InputOrigin::Defaulted)),
        ("note", entry(false, InputOrigin::Provided)),
        ("tags", entry(false, InputOrigin::Defaulted)),
    ];
    assert_eq!(metadata, expected.map(|(name, entry)| (name.to_owned(), entry)).into());
}

#[test]
fn metadata_is_written_in_the_wire_words() {
    let entry = InputMetadata { required: true, origin: InputOrigin::Provided };
    assert_eq!(serde_json::to_value(entry).unwrap(), json!({ "required": true, "origin": "provided" }));
}

#[test]
fn a_given_value_is_never_replaced_by_a_default() {
    let (inputs, _) =
        Inputs::check(&workflow(), &json!({ "failure_signal": "boom", "mode": "fast" })).unwrap();
    assert_eq!(inputs["mode"], "fast");
}

#[test]
fn all_faults_are_told_with_pointers_beneath_inputs() {
    let faults = Inputs::check(
        &workflow(),
        &json!({ "mode": "reckless", "limit": 9, "tags": ["a", 1], "colour": "red" }),
    )
    .unwrap_err();
    let mut found = places(&faults);
    found.sort();
    let expected = [
        ("/inputs/colour", FaultCode::UnknownField),
        ("/inputs/failure_signal", FaultCode::Required),
        ("/inputs/limit", FaultCode::TooLarge),
        ("/inputs/mode", FaultCode::NotAllowed),
        ("/inputs/tags/1", FaultCode::WrongType),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    let limit = faults.iter().find(|fault| fault.code == FaultCode::TooLarge).unwrap();
    assert_eq!(limit.limit, Some(5));
}

#[test]
fn inputs_are_an_object() {
    for provided in [json!(null), json!([]), json!("x")] {
        let faults = Inputs::check(&workflow(), &provided).unwrap_err();
        assert_eq!(places(&faults), [("/inputs".to_owned(), FaultCode::WrongType)]);
    }
}
