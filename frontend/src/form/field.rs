//! What a form asks for.

use serde_json::{Number, Value};

/// One value that a form asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The property's name; empty for the whole and for entries of a list.
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub required: bool,
    pub nullable: bool,
    /// Never shown, never in an address, never in a copied command.
    pub secret: bool,
    pub default: Option<Value>,
    pub kind: Kind,
}

/// Which control asks for the value.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Text(TextRule),
    Number(NumberRule),
    /// True or false.
    Flag,
    Choice(Vec<Choice>),
    /// There is nothing to choose.
    Constant(Value),
    List(Box<ListRule>),
    Object(Vec<Field>),
    /// The schema says more than controls can ask: JSON is typed in.
    Json,
}

/// A text and its limits, in characters.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRule {
    pub input: TextInput,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextInput {
    Line,
    Lines,
    Password,
    Date,
    /// Typed in UTC.
    DateTime,
    Email,
    Uri,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NumberRule {
    /// Whole numbers alone.
    pub whole: bool,
    pub min: Option<Bound>,
    pub max: Option<Bound>,
    pub multiple_of: Option<Number>,
}

/// The end of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    pub at: Number,
    /// The bound itself is allowed.
    pub closed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub label: String,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ListRule {
    pub item: Field,
    pub min: u64,
    pub max: Option<u64>,
}

impl Field {
    /// A box to tick stands for the value, which then is never absent.
    pub fn is_tick(&self) -> bool {
        self.kind == Kind::Flag && !self.nullable && (self.required || self.default.is_some())
    }

    /// The fields of an object; none for everything else.
    pub fn fields(&self) -> &[Self] {
        match &self.kind {
            Kind::Object(fields) => fields,
            Kind::Text(_)
            | Kind::Number(_)
            | Kind::Flag
            | Kind::Choice(_)
            | Kind::Constant(_)
            | Kind::List(_)
            | Kind::Json => &[],
        }
    }
}

impl NumberRule {
    /// The range in words; `None` without bounds.
    pub fn range(&self) -> Option<String> {
        let low = self
            .min
            .as_ref()
            .map(|min| format!("{} {}", if min.closed { "at least" } else { "more than" }, min.at));
        let high = self
            .max
            .as_ref()
            .map(|max| format!("{} {}", if max.closed { "at most" } else { "less than" }, max.at));
        let text = match (low, high) {
            (Some(low), Some(high)) => format!("{low}, {high}."),
            (Some(one), None) | (None, Some(one)) => format!("{one}."),
            (None, None) => return None,
        };
        Some(text[..1].to_uppercase() + &text[1..])
    }
}
