//! What was typed into a form.

use super::field::{Field, Kind, TextInput};
use domain::Timestamp;
use serde_json::Value;

/// What was typed into a field, as its controls hold it.
///
/// The text of a choice is its place in the list; of a flag `true` or `false`; empty means that nothing was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    Text(String),
    /// In the order of the object's fields.
    Fields(Vec<Draft>),
    Rows(Vec<Draft>),
}

impl Draft {
    /// What the form shows before anybody typed.
    pub fn initial(field: &Field) -> Self {
        Self::of(field, None)
    }

    /// What the form shows for this value; without one, for the default.
    pub fn of(field: &Field, value: Option<&Value>) -> Self {
        let value = value.or(field.default.as_ref());
        match &field.kind {
            Kind::Object(fields) => {
                let draft = |field: &Field| Self::of(field, value.and_then(|value| value.get(&field.name)));
                Self::Fields(fields.iter().map(draft).collect())
            }
            Kind::List(rule) => {
                let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let mut rows: Vec<Self> = items.iter().map(|item| Self::of(&rule.item, Some(item))).collect();
                // A list that must have entries shows where they go.
                if rows.is_empty() && field.required && rule.min > 0 {
                    rows.push(Self::initial(&rule.item));
                }
                Self::Rows(rows)
            }
            Kind::Flag if value.is_none() && field.is_tick() => Self::Text("false".to_owned()),
            Kind::Choice(choices) => {
                let place = value.and_then(|value| choices.iter().position(|choice| choice.value == *value));
                Self::Text(place.map(|place| place.to_string()).unwrap_or_default())
            }
            Kind::Json => Self::Text(value.map(pretty).unwrap_or_default()),
            Kind::Text(rule) => {
                let text = value.map(plain).unwrap_or_default();
                Self::Text(if rule.input == TextInput::DateTime { utc_minute(&text) } else { text })
            }
            Kind::Number(_) | Kind::Flag | Kind::Constant(_) => {
                Self::Text(value.map(plain).unwrap_or_default())
            }
        }
    }

    /// What the form shows for a text from an address: JSON where the field is more than one control.
    pub fn of_text(field: &Field, text: &str) -> Self {
        if field.secret {
            return Self::initial(field);
        }
        match &field.kind {
            Kind::Object(_) | Kind::List(_) => {
                let value: Option<Value> = serde_json::from_str(text).ok();
                Self::of(field, value.as_ref())
            }
            Kind::Choice(choices) => {
                let named = |choice: &super::Choice| plain(&choice.value) == text;
                Self::of(field, choices.iter().find(|choice| named(choice)).map(|choice| &choice.value))
            }
            Kind::Flag => match text {
                "true" | "false" => Self::Text(text.to_owned()),
                _ => Self::initial(field),
            },
            Kind::Text(_) => Self::of(field, Some(&Value::String(text.to_owned()))),
            Kind::Number(_) | Kind::Json => Self::Text(text.to_owned()),
            Kind::Constant(_) => Self::initial(field),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// An instant as a browser's control holds it, `2026-11-22T15:04:05`; other texts stay.
fn utc_minute(text: &str) -> String {
    let at: Result<Timestamp, _> = serde_json::from_value(Value::String(text.to_owned()));
    at.map_or_else(|_| text.to_owned(), |at| at.to_string().chars().take(19).collect())
}
