//! What was typed, as typed JSON.

use super::draft::Draft;
use super::field::{Bound, Field, Kind, ListRule, NumberRule, TextInput, TextRule};
use domain::fault::pointer_token;
use domain::{Fault, FaultCode};
use serde_json::{Map, Number, Value};

/// Stands for what somebody typed into a control for numbers that is none: a browser shows its text to nobody.
pub const NOT_A_NUMBER: &str = "?";

/// The inputs that were typed, and what is wrong with them. What is wrong is left out.
pub fn read_inputs(form: &Field, draft: &Draft) -> (Map<String, Value>, Vec<Fault>) {
    let mut reader = Reader { faults: Vec::new() };
    match reader.value(form, draft, "/inputs") {
        Some(Value::Object(inputs)) => (inputs, reader.faults),
        None => (Map::new(), reader.faults),
        Some(_) => {
            reader.fault("/inputs", FaultCode::WrongType, "Expected an object.");
            (Map::new(), reader.faults)
        }
    }
}

/// Why a text is not JSON; `None` when it is, or when there is none.
pub fn json_fault(text: &str) -> Option<String> {
    let error = serde_json::from_str::<Value>(text).err().filter(|_| !text.trim().is_empty())?;
    Some(format!("This is not JSON: {error}."))
}

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, pointer: &str, code: FaultCode, detail: impl Into<String>) {
        self.faults.push(Fault::new(pointer, code, detail));
    }

    fn bounded(&mut self, pointer: &str, code: FaultCode, limit: u64, detail: String) {
        self.faults.push(Fault::new(pointer, code, detail).with_limit(limit));
    }

    fn value(&mut self, field: &Field, draft: &Draft, pointer: &str) -> Option<Value> {
        match (&field.kind, draft) {
            (Kind::Constant(value), _) => Some(value.clone()),
            (Kind::Object(fields), Draft::Fields(drafts)) => self.object(field, fields, drafts, pointer),
            (Kind::List(rule), Draft::Rows(rows)) => self.list(field, rule, rows, pointer),
            (_, Draft::Text(text)) if text.trim().is_empty() => self.absent(field, pointer),
            (Kind::Text(rule), Draft::Text(text)) => Some(self.text(rule, text, pointer)),
            (Kind::Number(rule), Draft::Text(text)) => self.number(rule, text, pointer),
            (Kind::Flag, Draft::Text(text)) => Some(Value::Bool(text == "true")),
            (Kind::Choice(choices), Draft::Text(text)) => {
                Some(choices.get(text.parse::<usize>().ok()?)?.value.clone())
            }
            (Kind::Json, Draft::Text(text)) => match json_fault(text) {
                None => serde_json::from_str(text).ok(),
                Some(detail) => {
                    self.fault(pointer, FaultCode::InvalidFormat, detail);
                    None
                }
            },
            (_, Draft::Text(_) | Draft::Fields(_) | Draft::Rows(_)) => None,
        }
    }

    fn absent(&mut self, field: &Field, pointer: &str) -> Option<Value> {
        if field.required && field.nullable {
            return Some(Value::Null);
        }
        if field.required {
            let detail = if field.label.is_empty() {
                "Fill this entry in, or remove it.".to_owned()
            } else {
                format!("{} is required.", field.label)
            };
            self.fault(pointer, FaultCode::Required, detail);
        }
        None
    }

    fn object(&mut self, field: &Field, fields: &[Field], drafts: &[Draft], pointer: &str) -> Option<Value> {
        // A group that nobody touched is not given: its own required fields are required within it alone.
        let untouched = || fields.iter().zip(drafts).all(|(field, draft)| *draft == Draft::initial(field));
        if !field.required && field.default.is_none() && untouched() {
            return None;
        }
        let mut members = Map::new();
        for (field, draft) in fields.iter().zip(drafts) {
            // The server fills defaults in, and records that nobody provided them.
            if !field.required && field.default.is_some() && *draft == Draft::initial(field) {
                continue;
            }
            let pointer = format!("{pointer}/{}", pointer_token(&field.name));
            if let Some(value) = self.value(field, draft, &pointer) {
                members.insert(field.name.clone(), value);
            }
        }
        Some(Value::Object(members))
    }

    fn list(&mut self, field: &Field, rule: &ListRule, rows: &[Draft], pointer: &str) -> Option<Value> {
        if rows.is_empty() && !field.required {
            return None;
        }
        let count = rows.len() as u64;
        if count < rule.min {
            let detail = format!("At least {}.", entries(rule.min));
            self.bounded(pointer, FaultCode::TooFew, rule.min, detail);
        }
        if let Some(max) = rule.max.filter(|max| count > *max) {
            self.bounded(pointer, FaultCode::TooMany, max, format!("At most {}.", entries(max)));
        }
        let item = |(index, row)| self.value(&rule.item, row, &format!("{pointer}/{index}"));
        Some(Value::Array(rows.iter().enumerate().filter_map(item).collect()))
    }

    fn text(&mut self, rule: &TextRule, text: &str, pointer: &str) -> Value {
        let length = text.chars().count() as u64;
        if let Some(min) = rule.min_length.filter(|min| length < *min) {
            self.bounded(pointer, FaultCode::TooShort, min, format!("At least {min} characters."));
        }
        if let Some(max) = rule.max_length.filter(|max| length > *max) {
            self.bounded(
                pointer,
                FaultCode::TooLong,
                max,
                format!("At most {max} characters; this has {length}."),
            );
        }
        Value::String(if rule.input == TextInput::DateTime { instant(text) } else { text.to_owned() })
    }

    fn number(&mut self, rule: &NumberRule, text: &str, pointer: &str) -> Option<Value> {
        let Some(number) = number_of(rule, text.trim()) else {
            let expected = if rule.whole { "Expected a whole number." } else { "Expected a number." };
            self.fault(pointer, FaultCode::WrongType, expected);
            return None;
        };
        let value = number.as_f64().unwrap_or_default();
        let at = |bound: &Bound| bound.at.as_f64().unwrap_or_default();
        let below = |min: &Bound| value < at(min) || value == at(min) && !min.closed;
        let above = |max: &Bound| value > at(max) || value == at(max) && !max.closed;
        if rule.min.as_ref().is_some_and(below) {
            self.fault(pointer, FaultCode::TooSmall, rule.range().unwrap_or_default());
        } else if rule.max.as_ref().is_some_and(above) {
            self.fault(pointer, FaultCode::TooLarge, rule.range().unwrap_or_default());
        }
        Some(Value::Number(number))
    }
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// The number as exactly as it was typed.
fn number_of(rule: &NumberRule, text: &str) -> Option<Number> {
    let exact: Option<Number> = serde_json::from_str(text).ok();
    let number = exact.or_else(|| Number::from_f64(text.parse().ok()?))?;
    if !rule.whole || number.is_i64() || number.is_u64() {
        return Some(number);
    }
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 9.0e15)?;
    Some(Number::from(value as i64))
}

/// What a browser's control for date and time holds, as an instant in UTC.
fn instant(text: &str) -> String {
    let is_local =
        text.len() >= 16 && text.is_ascii() && !text.ends_with('Z') && !text[11..].contains(['+', '-']);
    match text.len() {
        16 if is_local => format!("{text}:00Z"),
        _ if is_local => format!("{text}Z"),
        _ => text.to_owned(),
    }
}
