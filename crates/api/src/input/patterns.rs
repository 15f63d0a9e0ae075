//! The patterns of the document's schemas in words: a regular expression tells a person nothing.

use domain::{Fault, FaultCode};

const WORDS: [(&str, &str); 7] = [
    (
        r"^[^\x00-\x20\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f])?$",
        "Expected a text on one line, without blanks at its ends.",
    ),
    (
        r"^[a-z][a-z0-9_]{0,62}$",
        "Expected at most 63 lowercase letters, digits and underscores, with a letter first.",
    ),
    (
        r"^[a-z0-9][a-z0-9._-]{1,39}$",
        "Expected 2 to 40 lowercase letters, digits, dots, dashes and underscores, with a letter or digit first.",
    ),
    (
        r"^[A-Za-z0-9._/{}-]*\{run\}[A-Za-z0-9._/{}-]*$",
        "Expected the name of a branch that holds {run}: each run has a branch of its own.",
    ),
    (r"^[^:]{1,63}:[^\x00]{0,63}$", "Expected a label as name:value."),
    (r"^sha256:[0-9a-f]{64}$", "Expected sha256: and 64 hexadecimal digits in lowercase."),
    (r"^([0-9a-f]{40}|[0-9a-f]{64})$", "Expected the whole id of a git object: 40 or 64 hexadecimal digits."),
];

/// Says in words what the patterns ask for; of a text that is too short that is all there is to say.
pub fn put_into_words(faults: &mut Vec<Fault>) {
    let short: Vec<String> = faults
        .iter()
        .filter(|fault| fault.code == FaultCode::TooShort)
        .map(|fault| fault.pointer.clone())
        .collect();
    faults.retain(|fault| fault.code != FaultCode::InvalidFormat || !short.contains(&fault.pointer));
    for fault in faults {
        let known = WORDS.iter().find(|(pattern, _)| fault.detail.contains(pattern));
        if let Some((_, words)) = known {
            (*words).clone_into(&mut fault.detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn patterns_of(schemas: &Value, found: &mut BTreeSet<String>) {
        match schemas {
            Value::Object(members) => {
                if let Some(pattern) = members.get("pattern").and_then(Value::as_str) {
                    found.insert(pattern.to_owned());
                }
                members.values().for_each(|member| patterns_of(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| patterns_of(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_pattern_of_the_schemas_has_its_words() {
        let document: Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let mut found = BTreeSet::new();
        patterns_of(&document["components"]["schemas"], &mut found);
        let known: BTreeSet<String> = WORDS.iter().map(|(pattern, _)| (*pattern).to_owned()).collect();
        assert_eq!(known, found);
    }

    #[test]
    fn a_text_that_is_too_short_has_one_fault() {
        let fault = |pointer: &str, code| Fault::new(pointer, code, format!("It matches {}.", WORDS[0].0));
        let mut faults = vec![
            fault("/a", FaultCode::TooShort),
            fault("/a", FaultCode::InvalidFormat),
            fault("/b", FaultCode::InvalidFormat),
        ];
        put_into_words(&mut faults);
        let told: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(told, ["/a", "/b"]);
        assert_eq!(faults[1].detail, WORDS[0].1);
    }
}
