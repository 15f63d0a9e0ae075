//! Templates: what they can see and what they may cost.

use super::StepKey;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io;

/// The longest text a template may make, in bytes.
const MAX_RENDERED_BYTES: usize = 256 * 1024;

/// How many instructions a template may execute.
const FUEL: u64 = 200_000;

/// A template could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("the template is not valid: {0}")]
    Syntax(String),
    #[error("the template speaks of something that does not exist: {0}")]
    Undefined(String),
    #[error("the rendered text is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("the template takes too many steps")]
    TooExpensive,
    #[error("the template cannot be rendered: {0}")]
    Render(String),
}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        let kind = error.kind();
        let detail = error.detail().map_or_else(|| kind.to_string(), str::to_owned);
        let detail = error.line().map_or(detail.clone(), |line| format!("{detail} (line {line})"));
        if kind == ErrorKind::SyntaxError {
            Self::Syntax(detail)
        } else if kind == ErrorKind::UndefinedError {
            Self::Undefined(detail)
        } else if kind == ErrorKind::OutOfFuel {
            Self::TooExpensive
        } else if kind == ErrorKind::WriteFailure {
            Self::TooLong { limit: MAX_RENDERED_BYTES }
        } else {
            Self::Render(detail)
        }
    }
}

/// What a template can see: `inputs`, `run`, `steps.<key>.outputs` and `rejection`.
#[derive(Debug, Clone, Default)]
pub struct TemplateScope {
    inputs: Value,
    run: Value,
    steps: Map<String, Value>,
    rejection: Option<Value>,
}

impl TemplateScope {
    pub fn new(inputs: Value, run: Value) -> Self {
        Self { inputs, run, steps: Map::new(), rejection: None }
    }

    /// Makes a step's outputs visible as `steps.<key>.outputs`, in place of earlier ones.
    pub fn add_outputs(&mut self, step: &StepKey, outputs: Value) {
        self.steps.insert(step.as_str().to_owned(), json!({ "outputs": outputs }));
    }

    /// Makes the last rejection visible; `rejection` is null without one.
    pub fn set_rejection(&mut self, rejection: Option<Value>) {
        self.rejection = rejection;
    }

    /// Returns the text of a template.
    pub fn render(&self, template: &str) -> Result<String, TemplateError> {
        let environment = environment();
        let mut text = Limited(Vec::new());
        environment.template_from_str(template)?.render_captured_to(self.context(), &mut text)?;
        String::from_utf8(text.0).map_err(|error| TemplateError::Render(error.to_string()))
    }

    /// Returns `value` with every text in it rendered.
    ///
    /// A text that is exactly one `{{ expression }}` becomes the expression's value with its type kept.
    pub fn render_value(&self, value: &Value) -> Result<Value, TemplateError> {
        match value {
            Value::String(text) => match self.evaluate(text)? {
                Some(value) => Ok(value),
                None => self.render(text).map(Value::String),
            },
            Value::Array(items) => items.iter().map(|item| self.render_value(item)).collect(),
            Value::Object(object) => {
                let entry = |(name, item): (&String, &Value)| Ok((name.clone(), self.render_value(item)?));
                object.iter().map(entry).collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
        }
    }

    /// The value of a text that is one expression; `None` for any other text.
    fn evaluate(&self, text: &str) -> Result<Option<Value>, TemplateError> {
        let environment = environment();
        let Some(inner) = sole_expression(text) else {
            return Ok(None);
        };
        let Ok(expression) = environment.compile_expression(inner) else {
            return Ok(None);
        };
        let value = expression.eval(self.context())?;
        if value.is_undefined() {
            return Err(TemplateError::Undefined(inner.trim().to_owned()));
        }
        let mut written = Limited(Vec::new());
        serde_json::to_writer(&mut written, &value).map_err(|error| {
            if error.is_io() {
                TemplateError::TooLong { limit: MAX_RENDERED_BYTES }
            } else {
                TemplateError::Render(error.to_string())
            }
        })?;
        serde_json::from_slice(&written.0).map(Some).map_err(|error| TemplateError::Render(error.to_string()))
    }

    fn context(&self) -> minijinja::Value {
        minijinja::context! {
            inputs => minijinja::value::Serde(&self.inputs),
            run => minijinja::value::Serde(&self.run),
            steps => minijinja::value::Serde(&self.steps),
            rejection => minijinja::value::Serde(&self.rejection),
        }
    }
}

/// What a template names, where that can be seen without running it.
pub(super) struct Mentions {
    /// Names at the top that no scope has.
    pub(super) variables: BTreeSet<String>,
    pub(super) inputs: BTreeSet<String>,
    pub(super) steps: BTreeSet<String>,
}

pub(super) fn mentions(template: &str) -> Result<Mentions, TemplateError> {
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    let template = environment.template_from_str(template)?;
    refuse_unknown_calls(&template)?;
    let globals: BTreeSet<&str> = environment.globals().map(|(name, _)| name).collect();
    let mut mentions =
        Mentions { variables: BTreeSet::new(), inputs: BTreeSet::new(), steps: BTreeSet::new() };
    for path in template.undeclared_variables(true) {
        let mut parts = path.split('.');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next());
        match (first, second) {
            ("inputs", Some(name)) => mentions.inputs.extend([name.to_owned()]),
            ("steps", Some(name)) => mentions.steps.extend([name.to_owned()]),
            ("inputs" | "steps" | "run" | "rejection", _) => {}
            (name, _) if globals.contains(name) => {}
            (name, _) => mentions.variables.extend([name.to_owned()]),
        }
    }
    Ok(mentions)
}

/// Renders without values, which finds misspelt filters and functions wherever the template gets to them.
fn refuse_unknown_calls(template: &minijinja::Template<'_, '_>) -> Result<(), TemplateError> {
    let known = ["inputs", "run", "steps", "rejection"].map(|name| (name, minijinja::Value::UNDEFINED));
    let rendered = template.render_captured_to(minijinja::Value::from_pairs(known), Limited(Vec::new()));
    let Err(error) = rendered else { return Ok(()) };
    match error.kind() {
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => Err(error.into()),
        _ => Ok(()),
    }
}

fn environment<'source>() -> Environment<'source> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    // Only delimiters can make a syntax invalid, and these are the default ones.
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

/// The inside of a text that starts with `{{` and ends with `}}`. Whitespace around is not part of a value.
fn sole_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    Some(inner.strip_suffix('-').unwrap_or(inner))
}

/// A text that refuses to grow past the limit.
struct Limited(Vec<u8>);

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_RENDERED_BYTES {
            return Err(io::Error::other("the rendered text is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
