//! A JSON Schema as a form.

use super::field::{Bound, Choice, Field, Kind, ListRule, NumberRule, TextInput, TextRule};
use super::resolve::{Plain, resolve};
use serde_json::{Map, Value};

/// Deeper than this nobody fills in a form: JSON is typed in instead.
const DEEPEST: usize = 6;
/// Texts that may be longer are given more than one line.
const LONGEST_LINE: u64 = 200;

/// The form that asks for a run's inputs.
pub fn form_of(schema: &Value) -> Field {
    let mut whole = Builder { root: schema }.field("", schema, Presence::Required, 0);
    if matches!(schema, Value::Bool(true)) || schema.as_object().is_some_and(Map::is_empty) {
        whole.kind = Kind::Object(Vec::new());
    }
    whole
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

struct Builder<'s> {
    root: &'s Value,
}

impl Builder<'_> {
    fn field(&self, name: &str, schema: &Value, presence: Presence, depth: usize) -> Field {
        let required = presence == Presence::Required;
        let Some(Plain { keywords, nullable }) = resolve(self.root, schema) else {
            return Field {
                name: name.to_owned(),
                label: name.to_owned(),
                hint: None,
                required,
                nullable: false,
                secret: false,
                default: None,
                kind: Kind::Json,
            };
        };
        let text = |key: &str| {
            keywords.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        let kind = if depth > DEEPEST { Kind::Json } else { self.kind(&keywords, depth) };
        let hints = [text("description").map(str::to_owned), limits(&keywords, &kind)];
        let hint = hints.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Field {
            name: name.to_owned(),
            label: text("title").unwrap_or(name).to_owned(),
            hint: (!hint.is_empty()).then_some(hint),
            required,
            nullable,
            secret: keywords.get("writeOnly") == Some(&Value::Bool(true))
                || text("format") == Some("password"),
            default: keywords.get("default").cloned(),
            kind,
        }
    }

    fn kind(&self, keywords: &Map<String, Value>, depth: usize) -> Kind {
        if let Some(value) = keywords.get("const") {
            return Kind::Constant(value.clone());
        }
        if let Some(choices) = choices(keywords) {
            return Kind::Choice(choices);
        }
        match type_of(keywords) {
            Some("object") => self.object(keywords, depth),
            Some(_) if ["oneOf", "anyOf", "allOf"].iter().any(|key| keywords.contains_key(*key)) => {
                Kind::Json
            }
            Some("string") => Kind::Text(text_rule(keywords)),
            Some(kind @ ("integer" | "number")) => Kind::Number(number_rule(keywords, kind)),
            Some("boolean") => Kind::Flag,
            Some("array") => self.list(keywords, depth),
            Some(_) | None => Kind::Json,
        }
    }

    fn object(&self, keywords: &Map<String, Value>, depth: usize) -> Kind {
        let none = Map::new();
        let properties = keywords.get("properties").and_then(Value::as_object).unwrap_or(&none);
        if !says_no_more_than(keywords, properties) {
            return Kind::Json;
        }
        let is_open = ["patternProperties", "propertyNames"].iter().any(|key| keywords.contains_key(*key))
            || keywords.get("additionalProperties").is_some_and(|rest| *rest != Value::Bool(false));
        if properties.is_empty() && (is_open || depth > 0 && !keywords.contains_key("additionalProperties")) {
            return Kind::Json;
        }
        let required: Vec<&str> = keywords
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let field = |(name, schema): (&String, &Value)| {
            let presence =
                if required.contains(&name.as_str()) { Presence::Required } else { Presence::Optional };
            self.field(name, schema, presence, depth + 1)
        };
        let mut fields: Vec<Field> = properties.iter().map(field).collect();
        // JSON objects are sorted by name here; what must be given comes first.
        fields.sort_by_key(|field| {
            let place = required.iter().position(|name| *name == field.name);
            place.unwrap_or(usize::MAX)
        });
        Kind::Object(fields)
    }

    fn list(&self, keywords: &Map<String, Value>, depth: usize) -> Kind {
        let Some(items) = keywords.get("items").filter(|_| !keywords.contains_key("prefixItems")) else {
            return Kind::Json;
        };
        let item = self.field("", items, Presence::Required, depth + 1);
        if item.kind == Kind::Json {
            return Kind::Json;
        }
        let bound = |key: &str| keywords.get(key).and_then(Value::as_u64);
        Kind::List(Box::new(ListRule { item, min: bound("minItems").unwrap_or(0), max: bound("maxItems") }))
    }
}

/// The type that a schema names, or that its keywords are about.
fn type_of(keywords: &Map<String, Value>) -> Option<&str> {
    const TELLING: &[(&str, &str)] = &[
        ("properties", "object"),
        ("items", "array"),
        ("minLength", "string"),
        ("maxLength", "string"),
        ("pattern", "string"),
        ("minimum", "number"),
        ("maximum", "number"),
    ];
    match keywords.get("type") {
        Some(named) => named.as_str(),
        None => TELLING.iter().find(|(key, _)| keywords.contains_key(*key)).map(|(_, kind)| *kind),
    }
}

/// The values of `enum`, or of a union of constants, which can name them.
fn choices(keywords: &Map<String, Value>) -> Option<Vec<Choice>> {
    let labelled = |value: &Value, title: Option<&Value>| Choice {
        label: title.or(Some(value)).and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned),
        value: value.clone(),
    };
    if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
        return Some(values.iter().map(|value| labelled(value, None)).collect());
    }
    let union = ["oneOf", "anyOf"].iter().find_map(|key| keywords.get(*key)?.as_array())?;
    union.iter().map(|branch| Some(labelled(branch.get("const")?, branch.get("title")))).collect()
}

/// Whether the combining keywords only restrict the properties that are declared: then fields can ask for them all,
/// and the server says what the restrictions refuse.
fn says_no_more_than(keywords: &Map<String, Value>, properties: &Map<String, Value>) -> bool {
    let restricts = |branch: &Value| {
        branch.as_object().is_some_and(|branch| {
            branch.iter().all(|(key, value)| match key.as_str() {
                "required" | "title" | "description" => true,
                "properties" => value
                    .as_object()
                    .is_some_and(|named| named.keys().all(|name| properties.contains_key(name))),
                _ => false,
            })
        })
    };
    let lists = ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| keywords.get(*key)?.as_array()).flatten();
    let single = ["if", "then", "else", "not"].iter().filter_map(|key| keywords.get(*key));
    lists.chain(single).all(restricts) && !keywords.contains_key("dependentSchemas")
}

fn text_rule(keywords: &Map<String, Value>) -> TextRule {
    let bound = |key: &str| keywords.get(key).and_then(Value::as_u64);
    let max_length = bound("maxLength");
    let format = keywords.get("format").and_then(Value::as_str);
    let input = match format {
        _ if keywords.get("writeOnly") == Some(&Value::Bool(true)) => TextInput::Password,
        Some("password") => TextInput::Password,
        Some("date") => TextInput::Date,
        Some("date-time") => TextInput::DateTime,
        Some("email" | "idn-email") => TextInput::Email,
        Some("uri" | "iri") => TextInput::Uri,
        Some("textarea" | "markdown" | "multiline") => TextInput::Lines,
        Some(_) => TextInput::Line,
        None if keywords.contains_key("pattern") => TextInput::Line,
        None if max_length.is_none_or(|max| max > LONGEST_LINE) => TextInput::Lines,
        None => TextInput::Line,
    };
    TextRule { input, min_length: bound("minLength"), max_length }
}

fn number_rule(keywords: &Map<String, Value>, kind: &str) -> NumberRule {
    let bound = |closed: &str, open: &str| {
        let at = |key: &str, closed| Some(Bound { at: keywords.get(key)?.as_number()?.clone(), closed });
        at(open, false).or_else(|| at(closed, true))
    };
    NumberRule {
        whole: kind == "integer",
        min: bound("minimum", "exclusiveMinimum"),
        max: bound("maximum", "exclusiveMaximum"),
        multiple_of: keywords.get("multipleOf").and_then(Value::as_number).cloned(),
    }
}

/// What is worth knowing before typing.
fn limits(keywords: &Map<String, Value>, kind: &Kind) -> Option<String> {
    match kind {
        Kind::Text(TextRule { input: TextInput::DateTime, .. }) => Some("In UTC.".to_owned()),
        Kind::Text(rule) => {
            let pattern = keywords.get("pattern").and_then(Value::as_str);
            let longest = rule.max_length.filter(|max| *max <= LONGEST_LINE);
            let parts = [
                pattern.map(|pattern| format!("Must match {pattern}")),
                longest.map(|max| format!("At most {max} characters.")),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" · "))
        }
        Kind::Number(rule) => rule.range(),
        Kind::List(rule) => rule.item.hint.as_ref().map(|hint| format!("Each: {hint}")),
        Kind::Json => Some("As JSON.".to_owned()),
        Kind::Flag | Kind::Choice(_) | Kind::Constant(_) | Kind::Object(_) => None,
    }
}
