use domain::contract::{Pinned, parse_json, parse_yaml};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("{{ inputs.x }}")),
    ];
    let name = prop_oneof![
        "[a-z/~]{0,6}",
        prop::sample::select(vec!["key", "uses", "with", "needs", "name", "steps", "inputs", "env", "retry"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn valid_definition() -> impl Strategy<Value = Value> {
    let step = |index: usize| {
        prop_oneof![
            Just(json!({ "key": format!("s{index}"), "uses": "agent" })),
            any_json().prop_map(move |value| {
                let outputs = json!({ "v": without_templates(&value) });
                json!({ "key": format!("s{index}"), "uses": "set", "with": { "outputs": outputs } })
            }),
            (1u64..600).prop_map(
                move |s| json!({ "key": format!("s{index}"), "uses": "test", "timeout": format!("{s}s") })
            ),
        ]
    };
    let steps = (1usize..6).prop_flat_map(move |count| (0..count).map(step).collect::<Vec<_>>());
    ("[a-z][a-z0-9_]{0,20}", steps).prop_map(|(name, steps)| json!({ "name": name, "steps": steps }))
}

/// Texts that are no template and numbers that canonical JSON keeps.
fn without_templates(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace(['{', '}', '\0'], "")),
        Value::Number(number) => json!(number.as_i64().unwrap_or(1) % 1_000_000),
        Value::Array(items) => items.iter().map(without_templates).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, item)| (name.clone(), without_templates(item))).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// The same document with the names of every object in the opposite order.
fn reversed_text(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let entries: Vec<String> = object
                .iter()
                .rev()
                .map(|(name, item)| format!("{} : {}", json!(name), reversed_text(item)))
                .collect();
            format!("{{ {} }}", entries.join(" , "))
        }
        Value::Array(items) => {
            format!("[ {} ]", items.iter().map(reversed_text).collect::<Vec<_>>().join(" , "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

proptest! {
    #[test]
    fn no_text_makes_parsing_panic(text in "\\PC{0,200}") {
        let _ = parse_json(text.as_bytes());
        let _ = parse_yaml(&text);
    }

    #[test]
    fn no_value_makes_parsing_panic_and_a_refusal_has_a_reason(mut value in any_json()) {
        if let Value::Object(object) = &mut value {
            object.entry("name").or_insert(json!("n"));
        }
        if let Err(faults) = parse_json(value.to_string().as_bytes()) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn every_fault_points_at_something_or_at_something_missing(steps in prop::collection::vec(any_json(), 1..4)) {
        let source = json!({ "name": "n", "steps": steps });
        for fault in Pinned::new(&source).err().unwrap_or_default() {
            let parent = fault.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
            let with = parent.strip_suffix("/with").filter(|_| source.pointer(parent).is_none());
            prop_assert!(source.pointer(with.unwrap_or(parent)).is_some(), "{}", fault.pointer);
        }
    }

    #[test]
    fn the_canonical_document_is_a_fixed_point(source in valid_definition()) {
        let pinned = parse_json(source.to_string().as_bytes()).unwrap();
        let again = parse_json(pinned.document().as_bytes()).unwrap();
        prop_assert_eq!(&again, &pinned);
        prop_assert_eq!(&Pinned::load(pinned.document(), pinned.digest()).unwrap(), &pinned);
    }

    #[test]
    fn order_and_notation_do_not_change_the_digest(source in valid_definition()) {
        let pinned = parse_json(source.to_string().as_bytes()).unwrap();
        let reordered = parse_json(reversed_text(&source).as_bytes()).unwrap();
        prop_assert_eq!(reordered.digest(), pinned.digest());
        let yaml = parse_yaml(&source.to_string()).unwrap();
        prop_assert_eq!(yaml.digest(), pinned.digest());
    }

    #[test]
    fn any_change_of_content_changes_the_digest(source in valid_definition()) {
        let pinned = parse_json(source.to_string().as_bytes()).unwrap();
        let mut changed: Map<String, Value> = source.as_object().unwrap().clone();
        changed.insert("title".to_owned(), json!("another"));
        let other = parse_json(Value::Object(changed).to_string().as_bytes()).unwrap();
        prop_assert_ne!(other.digest(), pinned.digest());
    }
}
