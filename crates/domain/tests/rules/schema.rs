use crate::support::places;
use domain::FaultCode::{self, *};
use domain::contract::{compile_schema, schema_faults};
use serde_json::{Value, json};
use test_case::test_case;

fn found(schema: &Value, instance: &Value) -> Vec<(String, FaultCode)> {
    places(&schema_faults(&compile_schema(schema).unwrap(), instance))
}

#[test_case(json!({ "type": "string" }), json!(7), WrongType, None)]
#[test_case(json!({ "type": "string", "minLength": 2 }), json!("a"), TooShort, Some(2))]
#[test_case(json!({ "type": "string", "maxLength": 2 }), json!("abc"), TooLong, Some(2))]
#[test_case(json!({ "pattern": "^[a-z]+$" }), json!("A"), InvalidFormat, None)]
#[test_case(json!({ "format": "uuid" }), json!("x"), InvalidFormat, None; "formats are asserted")]
#[test_case(json!({ "format": "date-time" }), json!("yesterday"), InvalidFormat, None; "instants are asserted")]
#[test_case(json!({ "minimum": 3 }), json!(2), TooSmall, Some(3))]
#[test_case(json!({ "maximum": 3 }), json!(4), TooLarge, Some(3))]
#[test_case(json!({ "exclusiveMinimum": 3 }), json!(3), TooSmall, Some(3))]
#[test_case(json!({ "maximum": -3 }), json!(4), TooLarge, None; "a negative bound stands in the detail alone")]
#[test_case(json!({ "minItems": 1 }), json!([]), TooFew, Some(1))]
#[test_case(json!({ "maxItems": 1 }), json!([1, 2]), TooMany, Some(1))]
#[test_case(json!({ "maxProperties": 1 }), json!({ "a": 1, "b": 2 }), TooMany, Some(1))]
#[test_case(json!({ "uniqueItems": true }), json!([1, 1]), NotUnique, None)]
#[test_case(json!({ "enum": ["a", "b"] }), json!("c"), NotAllowed, None)]
#[test_case(json!({ "const": "a" }), json!("c"), NotAllowed, None)]
#[test_case(json!({ "not": {} }), json!("c"), NotAllowed, None)]
#[test_case(json!({ "multipleOf": 2 }), json!(3), Invalid, None)]
#[test_case(json!({ "contains": { "const": 1 } }), json!([2]), Invalid, None)]
fn each_keyword_has_its_code(schema: Value, instance: Value, code: FaultCode, limit: Option<u64>) {
    let faults = schema_faults(&compile_schema(&schema).unwrap(), &instance);
    assert_eq!(places(&faults), [(String::new(), code)]);
    assert_eq!(faults[0].limit, limit);
    assert!(faults[0].detail.ends_with('.'), "{}", faults[0].detail);
}

#[test]
fn missing_and_unknown_fields_point_at_themselves() {
    let schema = json!({
        "type": "object", "required": ["a/b"], "additionalProperties": false, "properties": { "a/b": {} }
    });
    assert_eq!(
        found(&schema, &json!({ "c~d": 1, "e": 2 })),
        [("/c~0d".to_owned(), UnknownField), ("/e".to_owned(), UnknownField), ("/a~1b".to_owned(), Required),]
    );
}

#[test]
fn a_bad_name_points_at_the_field_of_that_name() {
    let schema = json!({ "propertyNames": { "maxLength": 2 } });
    assert_eq!(found(&schema, &json!({ "abc": 1 })), [("/abc".to_owned(), TooLong)]);
}

fn tagged() -> Value {
    json!({ "properties": { "on": { "oneOf": [
        { "type": "object", "required": ["action"], "additionalProperties": false,
          "properties": { "action": { "const": "cancel" } } },
        { "type": "object", "required": ["action", "step"], "additionalProperties": false,
          "properties": { "action": { "enum": ["retry_step"] }, "step": { "type": "string" }, "rounds": { "maximum": 3 } } },
    ] } } })
}

#[test_case(json!({ "action": "retry_step", "rounds": 9 }), &[("/on/rounds", TooLarge), ("/on/step", Required)]; "faults of the tagged branch")]
#[test_case(json!({ "action": "cancel", "step": "a" }), &[("/on/step", UnknownField)]; "the other tag's field")]
#[test_case(json!({ "action": "dance" }), &[("/on/action", NotAllowed)]; "no such tag")]
#[test_case(json!({}), &[("/on/action", Required)]; "no tag")]
#[test_case(json!(7), &[("/on", WrongType)]; "not an object")]
fn a_tagged_union_is_judged_by_its_tag(instance: Value, expected: &[(&str, FaultCode)]) {
    let mut found = found(&tagged(), &json!({ "on": instance }));
    found.sort();
    let expected: Vec<_> = expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_unknown_tag_is_answered_with_the_known_ones() {
    let faults = schema_faults(&compile_schema(&tagged()).unwrap(), &json!({ "on": { "action": "dance" } }));
    assert_eq!(faults[0].detail, "Expected one of cancel, retry_step.");
}

#[test]
fn a_nullable_value_is_judged_by_its_other_type() {
    let schema = json!({ "anyOf": [{ "type": "null" }, { "type": "string", "maxLength": 2 }] });
    assert_eq!(found(&schema, &json!("abc")), [(String::new(), TooLong)]);
    let faults = schema_faults(&compile_schema(&schema).unwrap(), &json!(7));
    assert_eq!(faults[0].detail, "Expected null or a text.");
}

#[test]
fn words_listed_as_constants_are_one_choice() {
    let schema = json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] });
    let faults = schema_faults(&compile_schema(&schema).unwrap(), &json!("c"));
    assert_eq!(places(&faults), [(String::new(), NotAllowed)]);
    assert_eq!(faults[0].detail, "Expected one of a, b.");
}

#[test]
fn a_value_never_stands_in_a_detail() {
    let schema = json!({ "type": "object", "properties": { "p": { "maxLength": 3, "pattern": "^x", "enum": ["xx"] } } });
    let faults = schema_faults(&compile_schema(&schema).unwrap(), &json!({ "p": "hunter2-secret" }));
    assert_eq!(faults.len(), 3);
    assert!(faults.iter().all(|fault| !fault.detail.contains("hunter2")), "{faults:?}");
}

#[test]
fn an_unusable_schema_is_refused_with_its_place() {
    let error = compile_schema(&json!({ "properties": { "a": { "type": "text" } } })).unwrap_err();
    assert_eq!(error.pointer, "/properties/a/type");
    assert!(compile_schema(&json!({ "$ref": "https://example.com/s.json" })).is_err());
}
