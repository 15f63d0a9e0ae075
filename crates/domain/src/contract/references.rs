//! What the templates of a step may speak of.

use super::StepKind;
use super::template::{Mentions, mentions};
use serde_json::Value;

/// Every template of a step: its pointer beneath the step, and its text.
pub(super) fn templates(kind: &StepKind) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    match kind {
        StepKind::Set(set) => texts_within(&set.outputs, "/with/outputs".to_owned(), &mut found),
        StepKind::Command(command) => found.extend(env_templates(&command.env)),
        StepKind::Agent(agent) => {
            found.push(("/with/prompt".to_owned(), agent.prompt.as_str()));
            found.extend(env_templates(&agent.env));
        }
        StepKind::Test(test) => {
            let arguments = test.command.iter().flatten().enumerate();
            found.extend(arguments.map(|(index, text)| (format!("/with/command/{index}"), text.as_str())));
        }
        StepKind::Ship(ship) => {
            found.extend(ship.message.as_deref().map(|text| ("/with/message".to_owned(), text)));
            found.extend(ship.branch.as_deref().map(|text| ("/with/branch".to_owned(), text)));
        }
        StepKind::Approval(_) => {}
    }
    found
}

fn env_templates(env: &std::collections::BTreeMap<String, String>) -> impl Iterator<Item = (String, &str)> {
    env.iter().map(|(name, text)| (format!("/with/env/{}", crate::fault::pointer_token(name)), text.as_str()))
}

fn texts_within<'a>(value: &'a Value, pointer: String, found: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => found.push((pointer, text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts_within(item, format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(object) => {
            for (name, item) in object {
                texts_within(item, format!("{pointer}/{}", crate::fault::pointer_token(name)), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is wrong with a template, one sentence each. `step_fault` says what is wrong with naming a step.
pub(super) fn template_faults(
    template: &str,
    inputs: &Value,
    step_fault: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let Mentions { variables, inputs: named_inputs, steps } = match mentions(template) {
        Ok(mentions) => mentions,
        Err(error) => return vec![format!("The template cannot be read: {error}.")],
    };
    let unknown = variables
        .iter()
        .map(|name| format!("{name} is not known here; known are inputs, steps, run and rejection."));
    let undeclared = named_inputs
        .iter()
        .filter(|name| !may_have_input(inputs, name))
        .map(|name| format!("The definition declares no input {name}."));
    unknown.chain(undeclared).chain(steps.iter().filter_map(|step| step_fault(step))).collect()
}

/// Whether the schema lets the inputs hold this name. A schema that composes others is given the benefit of the doubt.
fn may_have_input(schema: &Value, name: &str) -> bool {
    const OPEN: [&str; 8] =
        ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"];
    let declared = schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
    let says_more = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    declared || says_more || OPEN.iter().any(|keyword| schema.get(keyword).is_some())
}
