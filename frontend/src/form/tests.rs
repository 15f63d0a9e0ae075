//! From a schema to a request, as a person fills it in.

use super::*;
use domain::{Fault, FaultCode, ProjectId};
use serde_json::{Value, json};
use test_case::test_case;

fn one(schema: Value) -> Field {
    let form = form_of(&json!({ "type": "object", "properties": { "it": schema } }));
    form.fields()[0].clone()
}

fn reading(schema: Value, typed: Value) -> (Value, Vec<(String, FaultCode)>) {
    let form = form_of(&schema);
    let (inputs, faults) = read_inputs(&form, &draft(&typed));
    (Value::Object(inputs), faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect())
}

/// A draft from JSON: a text is a text, an array rows, an array in `fields` the fields of an object.
fn draft(typed: &Value) -> Draft {
    match typed {
        Value::String(text) => Draft::Text(text.clone()),
        Value::Array(rows) => Draft::Rows(rows.iter().map(draft).collect()),
        other => Draft::Fields(other["fields"].as_array().unwrap().iter().map(draft).collect()),
    }
}

fn text(input: TextInput) -> Kind {
    Kind::Text(TextRule { input, min_length: None, max_length: None })
}

#[test_case(json!({ "type": "string" }), text(TextInput::Lines))]
#[test_case(json!({ "type": ["string", "null"], "format": "date" }), text(TextInput::Date))]
#[test_case(json!({ "type": "string", "format": "date-time" }), text(TextInput::DateTime))]
#[test_case(json!({ "type": "string", "format": "email" }), text(TextInput::Email))]
#[test_case(json!({ "type": "string", "format": "uri" }), text(TextInput::Uri))]
#[test_case(json!({ "type": "string", "format": "uuid" }), text(TextInput::Line))]
#[test_case(json!({ "type": "string", "writeOnly": true }), text(TextInput::Password))]
#[test_case(json!({ "type": "string", "pattern": "^a$" }), text(TextInput::Line))]
#[test_case(json!({ "$ref": "#/properties/other" }), Kind::Json; "a reference that leads nowhere")]
#[test_case(json!({ "$ref": "https://example.org/schema" }), Kind::Json; "a reference that leads outside")]
#[test_case(json!({ "type": "boolean" }), Kind::Flag)]
#[test_case(json!({ "const": 3 }), Kind::Constant(json!(3)))]
#[test_case(json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] }), Kind::Json)]
#[test_case(json!({ "type": ["string", "integer"] }), Kind::Json)]
#[test_case(json!({ "type": "object", "patternProperties": { "^x": {} } }), Kind::Json)]
#[test_case(json!({ "type": "array", "prefixItems": [{ "type": "string" }] }), Kind::Json)]
#[test_case(json!({}), Kind::Json)]
fn a_schema_becomes_its_control(schema: Value, expected: Kind) {
    assert_eq!(one(schema).kind, expected);
}

#[test_case(200, TextInput::Line)]
#[test_case(201, TextInput::Lines)]
fn long_texts_get_lines(max: u64, expected: TextInput) {
    let Kind::Text(rule) = one(json!({ "type": "string", "maxLength": max })).kind else { panic!() };
    assert_eq!(rule.input, expected);
}

#[test]
fn a_reference_keeps_what_stands_beside_it() {
    let form = form_of(&json!({
        "type": "object",
        "properties": { "size": { "$ref": "#/$defs/size", "title": "How large", "default": "m" } },
        "$defs": { "size": { "enum": ["s", "m"], "title": "Size", "description": "Of the shirt." } }
    }));
    let field = &form.fields()[0];
    assert_eq!((field.label.as_str(), field.hint.as_deref()), ("How large", Some("Of the shirt.")));
    assert_eq!(Draft::initial(field), Draft::Text("1".to_owned()));
}

#[test]
fn a_schema_that_refers_to_itself_ends_in_json() {
    let schema = json!({
        "type": "object",
        "properties": { "node": { "$ref": "#/$defs/node" } },
        "$defs": {
            "node": { "type": "object", "properties": { "next": { "$ref": "#/$defs/node" } } },
        }
    });
    let mut field = &form_of(&schema).fields()[0].clone();
    let mut depth = 0;
    while let [next] = field.fields() {
        field = next;
        depth += 1;
    }
    assert_eq!((depth, &field.kind), (6, &Kind::Json));
    assert_eq!(one(json!({ "$ref": "#/properties/it" })).kind, Kind::Json);
}

#[test]
fn a_union_of_constants_names_its_choices() {
    let field = one(json!({ "oneOf": [{ "const": 1, "title": "Low" }, { "const": 2 }] }));
    let labels = [("Low", json!(1)), ("2", json!(2))];
    assert_eq!(
        field.kind,
        Kind::Choice(labels.map(|(label, value)| Choice { label: label.to_owned(), value }).to_vec())
    );
}

#[test]
fn what_must_be_given_comes_first_in_the_order_written() {
    let form = form_of(&json!({
        "type": "object", "required": ["zeta", "beta"],
        "properties": { "alpha": {}, "beta": {}, "zeta": {} },
        "anyOf": [{ "required": ["alpha"] }, { "required": ["zeta"] }]
    }));
    let names: Vec<_> = form.fields().iter().map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(names, [("zeta", true), ("beta", true), ("alpha", false)]);
}

#[test_case(json!({}); "an empty schema")]
#[test_case(json!(true); "anything goes")]
#[test_case(json!({ "type": "object" }); "an object of which nothing is said")]
#[test_case(json!({ "type": "object", "additionalProperties": false }); "an empty object")]
fn a_workflow_may_ask_for_nothing(schema: Value) {
    assert_eq!(form_of(&schema).kind, Kind::Object(Vec::new()));
}

#[test]
fn values_go_out_typed_and_what_is_empty_is_left_out() {
    let schema = json!({
        "type": "object", "required": ["a"],
        "properties": {
            "a": { "type": "integer" }, "b": { "type": "number" }, "c": { "type": "boolean" },
            "d": { "enum": ["x", 2] }, "e": { "type": "array", "items": { "type": "integer" } },
            "f": { "type": "string" }, "g": { "type": "object", "required": ["x"], "properties": { "x": { "type": "string" } } },
            "h": { "const": "fixed" }, "i": {}, "j": { "type": "string", "format": "date-time" }
        }
    });
    let typed = json!({ "fields": ["7", "0.5", "false", "1", ["1", "2"], "", { "fields": [""] }, "", "[null]",
        "2026-11-22T15:04"] });
    let (inputs, faults) = reading(schema, typed);
    assert_eq!(faults, []);
    assert_eq!(
        inputs,
        json!({ "a": 7, "b": 0.5, "c": false, "d": 2, "e": [1, 2], "h": "fixed", "i": [null],
            "j": "2026-11-22T15:04:00Z" })
    );
}

#[test]
fn every_fault_names_its_place() {
    let schema = json!({
        "type": "object", "required": ["a", "b"],
        "properties": {
            "a": { "type": "string" }, "b": { "type": ["string", "null"] },
            "c": { "type": "integer", "minimum": 1, "maximum": 9 }, "d": { "type": "integer" },
            "e": { "type": "array", "maxItems": 1, "items": { "type": "string", "maxLength": 2 } },
            "f/g": { "type": "object", "required": ["x"], "properties": { "x": { "type": "string" }, "y": { "type": "string" } } },
            "h": {}
        }
    });
    let typed = json!({ "fields": [" ", "", "10", "?", ["abc", ""], { "fields": ["", "y"] }, "{" ] });
    let (inputs, faults) = reading(schema, typed);
    let expected = [
        ("/inputs/a", FaultCode::Required),
        ("/inputs/c", FaultCode::TooLarge),
        ("/inputs/d", FaultCode::WrongType),
        ("/inputs/e", FaultCode::TooMany),
        ("/inputs/e/0", FaultCode::TooLong),
        ("/inputs/e/1", FaultCode::Required),
        ("/inputs/f~1g/x", FaultCode::Required),
        ("/inputs/h", FaultCode::InvalidFormat),
    ];
    assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    assert_eq!(inputs["b"], Value::Null);
}

#[test_case("integer", "9007199254740993", Some(json!(9_007_199_254_740_993_i64)); "beyond a float's precision")]
#[test_case("integer", "1e3", Some(json!(1000)))]
#[test_case("integer", "1.5", None)]
#[test_case("number", ".5", Some(json!(0.5)))]
#[test_case("number", "1e999", None; "no number of JSON")]
#[test_case("number", NOT_A_NUMBER, None)]
fn numbers_are_read_exactly(kind: &str, typed: &str, expected: Option<Value>) {
    let schema = json!({ "type": "object", "properties": { "n": { "type": kind } } });
    let (inputs, faults) = reading(schema, json!({ "fields": [typed] }));
    assert_eq!(inputs.get("n").cloned(), expected);
    assert_eq!(faults.is_empty(), expected.is_some());
}

#[test_case(json!({ "type": "integer", "exclusiveMinimum": 0 }), "0", false)]
#[test_case(json!({ "type": "integer", "exclusiveMinimum": 0 }), "1", true)]
#[test_case(json!({ "type": "integer", "minimum": 0 }), "0", true)]
fn a_bound_may_be_open(rule: Value, typed: &str, fits: bool) {
    let schema = json!({ "type": "object", "properties": { "n": rule } });
    assert_eq!(reading(schema, json!({ "fields": [typed] })).1.is_empty(), fits);
}

#[test_case(json!({ "type": "boolean" }), Draft::Text(String::new()); "unset where absent means something")]
#[test_case(json!({ "type": "boolean", "default": true }), Draft::Text("true".to_owned()))]
#[test_case(json!({ "type": "string", "format": "date-time", "default": "2026-11-22T16:04:05+01:00" }),
    Draft::Text("2026-11-22T15:04:05".to_owned()))]
#[test_case(json!({ "type": "array", "items": { "type": "string" }, "default": ["a"] }),
    Draft::Rows(vec![Draft::Text("a".to_owned())]))]
fn defaults_are_filled_in(schema: Value, expected: Draft) {
    assert_eq!(Draft::initial(&one(schema)), expected);
}

#[test_case(json!({ "type": "string" }), "a b", Draft::Text("a b".to_owned()))]
#[test_case(json!({ "enum": [1, 2] }), "2", Draft::Text("1".to_owned()))]
#[test_case(json!({ "enum": [1, 2] }), "3", Draft::Text(String::new()))]
#[test_case(json!({ "type": "array", "items": { "type": "integer" } }), "[4]", Draft::Rows(vec![Draft::Text("4".to_owned())]))]
#[test_case(json!({ "type": "string", "writeOnly": true }), "secret", Draft::Text(String::new()))]
#[test_case(json!({ "type": "boolean" }), "maybe", Draft::Text(String::new()))]
fn an_address_fills_fields_but_no_secrets(schema: Value, text: &str, expected: Draft) {
    assert_eq!(Draft::of_text(&one(schema), text), expected);
}

fn start(labels: &[(&str, &str)], inputs: Draft) -> StartDraft {
    StartDraft {
        project: Some(ProjectId::parse("0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77").unwrap()),
        workflow: domain::contract::WorkflowName::parse("fix_failing_tests").unwrap(),
        version: 7,
        title: " Mend it ".to_owned(),
        base_ref: String::new(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        inputs,
    }
}

#[test]
fn a_start_pins_the_version_shown_and_leaves_out_what_is_blank() {
    let form = form_of(&json!({ "type": "object" }));
    let (request, faults) = start(&[("area", "parser"), (" ", "")], Draft::Fields(vec![])).check(&form);
    assert_eq!(faults, []);
    assert_eq!(
        serde_json::to_value(request).unwrap(),
        json!({ "workflow": "fix_failing_tests", "version": 7, "title": "Mend it", "labels": { "area": "parser" },
            "base_ref": null, "inputs": {} })
    );
}

#[test]
fn labels_are_marked_one_by_one() {
    let form = form_of(&json!({ "type": "object" }));
    let long = "x".repeat(64);
    let mut draft = start(&[("a", "1"), ("a", "2"), ("", "v"), ("b", &long)], Draft::Fields(vec![]));
    draft.title = "t".repeat(201);
    draft.project = None;
    let faults: Vec<_> = draft.check(&form).1.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
    let expected = [
        ("/project", FaultCode::Required),
        ("/title", FaultCode::TooLong),
        ("/labels/a", FaultCode::NotUnique),
        ("/labels/", FaultCode::Required),
        ("/labels/b", FaultCode::TooLong),
    ];
    assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn faults_are_shown_at_the_nearest_control_in_the_order_of_the_form() {
    let form = form_of(&json!({
        "type": "object",
        "properties": { "a": { "type": "string", "title": "First" }, "j": {} }
    }));
    let draft = start(&[("area", "x")], Draft::initial(&form));
    let fault = |pointer: &str| Fault::new(pointer, FaultCode::Invalid, "No.");
    let faults = ["/version", "/labels/area", "/inputs/j/deep/er", "/inputs/a", "/inputs/ab"].map(fault);
    let marks = Marks::new(&faults, &draft.places(&form));
    let lines: Vec<_> = marks.lines.iter().map(|line| (line.label.as_str(), line.detail.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("First", "No."),
            ("j", "deep/er: No."),
            ("Label area", "No."),
            ("/version", "No."),
            ("/inputs/ab", "No.")
        ]
    );
    assert_eq!(marks.at.keys().collect::<Vec<_>>(), ["/inputs/a", "/inputs/j", "/labels/area"]);
    assert_eq!(marks.lines[1].element.as_deref(), Some("at-inputs-j"));
}

#[test]
fn a_fault_of_the_server_stands_until_its_value_changes() {
    let faults = ["/inputs/a", "/inputs/b", "/inputs/c"].map(|at| Fault::new(at, FaultCode::Invalid, "No."));
    let sent = json!({ "inputs": { "a": 1, "b": 2 } });
    let now = json!({ "inputs": { "a": 1, "b": 3 } });
    let left: Vec<_> = standing(&faults, &sent, &now).into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(left, ["/inputs/a", "/inputs/c"]);
}

#[test]
fn ids_of_elements_do_not_meet() {
    let pointers = ["/a/b", "/a-b", "/a_b", "/a~1b", "/ab"];
    let ids: std::collections::BTreeSet<_> = pointers.iter().map(|pointer| element_id(pointer)).collect();
    assert_eq!(ids.len(), pointers.len());
}

#[test]
fn a_copied_command_is_quoted_and_holds_no_secret() {
    let form = form_of(&json!({
        "type": "object",
        "properties": { "note": { "type": "string" }, "password": { "type": "string", "format": "password" } }
    }));
    let typed = ["it's $HOME `x`", "hunter2"].map(|text| Draft::Text(text.to_owned())).to_vec();
    let draft = start(&[], Draft::Fields(typed));
    let (request, _) = draft.check(&form);
    let command = start_run_by_curl("http://127.0.0.1:8700", draft.project, &request, &form);
    assert_eq!(
        command,
        r#"curl --fail-with-body 'http://127.0.0.1:8700/api/v1/projects/0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e77/runs' \
  --header "Authorization: Bearer $JIDO_TOKEN" \
  --header 'Content-Type: application/json' \
  --data-raw '{
  "inputs": {
    "note": "it'\''s $HOME `x`",
    "password": "<password>"
  },
  "title": "Mend it",
  "version": 7,
  "workflow": "fix_failing_tests"
}'"#
    );
    let nowhere = start_run_by_curl("http://h", None, &request, &form);
    assert!(
        nowhere.starts_with("curl --fail-with-body 'http://h/api/v1/projects/'\"$JIDO_PROJECT\"/runs \\")
    );
}

#[test]
fn secrets_inside_groups_and_lists_are_hidden_too() {
    let secret = json!({ "type": "string", "writeOnly": true });
    let form = form_of(&json!({
        "type": "object",
        "properties": {
            "group": { "type": "object", "properties": { "key": secret } },
            "keys": { "type": "array", "items": secret }
        }
    }));
    let typed = json!({ "fields": [{ "fields": ["hunter2"] }, ["hunter2"]] });
    let (request, _) = start(&[], draft(&typed)).check(&form);
    let command = start_run_by_curl("http://h", None, &request, &form);
    assert!(!command.contains("hunter2") && command.contains("<key>"), "{command}");
}

#[test_case("cargo test --offline", Ok(&["cargo", "test", "--offline"]))]
#[test_case(r#"sh -c 'make "all"  check'"#, Ok(&["sh", "-c", r#"make "all"  check"#]))]
#[test_case(r#"a\ b "c\"d\n" '' e'f'g"#, Ok(&["a b", r#"c"d\n"#, "", "efg"]))]
#[test_case("", Ok(&[]))]
#[test_case("sh -c 'open", Err("A quotation mark is not closed."))]
#[test_case("a\\", Err("The line ends in a backslash."))]
fn a_line_is_split_as_a_shell_does(line: &str, expected: Result<&[&str], &str>) {
    let arguments = split(line);
    if let Ok(arguments) = &arguments {
        assert_eq!(split(&unsplit(arguments)).as_ref(), Ok(arguments));
    }
    match (arguments, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(found), Err(expected)) => assert_eq!(found.to_string(), expected),
        (found, expected) => panic!("{found:?} is not {expected:?}"),
    }
}

#[test]
fn a_project_leaves_the_usual_values_to_the_server() {
    let draft = ProjectDraft {
        name: " parser ".to_owned(),
        test_command: "cargo test".to_owned(),
        ..Default::default()
    };
    let (request, faults) = draft.check();
    assert_eq!(faults, []);
    assert_eq!((request.name.as_str(), request.shipping), ("parser", None));
    assert_eq!(request.test_command, ["cargo", "test"]);
}

#[test]
fn a_project_is_checked_before_it_is_sent() {
    let draft = ProjectDraft {
        test_command: "'open".to_owned(),
        branch_pattern: "fix/it".to_owned(),
        agent: "a".repeat(64),
        ..Default::default()
    };
    let faults: Vec<_> = draft.check().1.into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(faults, ["/name", "/test_command", "/shipping/branch_pattern", "/agent"]);
}
