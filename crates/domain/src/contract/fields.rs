//! Reading a JSON document field by field, noting every fault on the way.

use super::duration::parse_duration_ms;
use crate::fault::pointer_token;
use crate::{Fault, FaultCode};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::ops::RangeInclusive;

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    pub(super) fn push(&self, pointer: &str, code: FaultCode, detail: impl Into<String>) {
        self.add(Fault::new(pointer, code, detail));
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// One object of the document. Fields are taken by name; what is left at the end is unknown.
pub(super) struct Fields<'a> {
    /// `None` when the value is absent or not an object, which is noted once, elsewhere.
    object: Option<&'a Map<String, Value>>,
    pointer: String,
    taken: Vec<&'static str>,
    faults: &'a Faults,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, pointer: impl Into<String>, faults: &'a Faults) -> Self {
        let pointer = pointer.into();
        if !value.is_object() {
            faults.push(&pointer, FaultCode::WrongType, "Expected an object.");
        }
        Self { object: value.as_object(), pointer, taken: Vec::new(), faults }
    }

    /// An object with no fields, for a part that may be left out.
    pub(super) const fn absent(pointer: String, faults: &'a Faults) -> Self {
        Self { object: None, pointer, taken: Vec::new(), faults }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<Field<'a>> {
        self.taken.push(name);
        let value = self.object?.get(name)?;
        Some(Field { value, pointer: format!("{}/{name}", self.pointer), faults: self.faults })
    }

    pub(super) fn require(&mut self, name: &'static str) -> Option<Field<'a>> {
        let field = self.take(name);
        if field.is_none() && self.object.is_some() {
            self.missing(name);
        }
        field
    }

    /// Notes that a field is missing, also where the whole object may be absent.
    pub(super) fn missing(&self, name: &str) {
        let pointer = format!("{}/{name}", self.pointer);
        self.faults.push(&pointer, FaultCode::Required, format!("{name} is required."));
    }

    /// Notes every field that nobody took.
    pub(super) fn finish(self) {
        let Some(object) = self.object else { return };
        for name in object.keys().filter(|name| !self.taken.contains(&name.as_str())) {
            let pointer = format!("{}/{}", self.pointer, pointer_token(name));
            let detail = format!("{name} is not a field here; known are {}.", self.taken.join(", "));
            self.faults.push(&pointer, FaultCode::UnknownField, detail);
        }
    }
}

/// One value of the document, with where it stands.
pub(super) struct Field<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
    pub(super) faults: &'a Faults,
}

impl<'a> Field<'a> {
    pub(super) fn fault(&self, code: FaultCode, detail: impl Into<String>) {
        self.faults.push(&self.pointer, code, detail);
    }

    fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        self.fault(FaultCode::WrongType, format!("Expected {expected}."));
        None
    }

    /// A text of 1 to `most` characters without NUL, which no process could be given.
    pub(super) fn text(&self, most: usize) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            return self.wrong_type("a text");
        };
        if text.is_empty() {
            let fault = Fault::new(&self.pointer, FaultCode::TooShort, "At least 1 character.");
            self.faults.add(fault.with_limit(1));
        }
        self.limited(text, most)
    }

    /// Like `text`, but it may be empty.
    pub(super) fn any_text(&self, most: usize) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            return self.wrong_type("a text");
        };
        self.limited(text, most)
    }

    fn limited(&self, text: &str, most: usize) -> Option<String> {
        if text.chars().count() > most {
            let detail = format!("At most {most} characters.");
            self.faults.add(Fault::new(&self.pointer, FaultCode::TooLong, detail).with_limit(most as u64));
        }
        if text.contains('\0') {
            self.fault(FaultCode::InvalidFormat, "The text holds a NUL character.");
        }
        Some(text.to_owned())
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn whole(&self, range: RangeInclusive<u64>) -> Option<u64> {
        if self.value.as_i64().is_some_and(|number| number < 0) {
            self.too_small(*range.start());
            return None;
        }
        let Some(number) = self.value.as_u64() else {
            return self.wrong_type("a whole number");
        };
        self.within(number, &range)
    }

    fn within(&self, number: u64, range: &RangeInclusive<u64>) -> Option<u64> {
        if number < *range.start() {
            self.too_small(*range.start());
            return None;
        }
        if number > *range.end() {
            let fault = Fault::new(&self.pointer, FaultCode::TooLarge, format!("At most {}.", range.end()));
            self.faults.add(fault.with_limit(*range.end()));
            return None;
        }
        Some(number)
    }

    fn too_small(&self, least: u64) {
        let fault = Fault::new(&self.pointer, FaultCode::TooSmall, format!("At least {least}."));
        self.faults.add(fault.with_limit(least));
    }

    pub(super) fn factor(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let Some(number) = self.value.as_f64() else {
            return self.wrong_type("a number");
        };
        if number < *range.start() {
            self.fault(FaultCode::TooSmall, format!("At least {}.", range.start()));
            return None;
        }
        if number > *range.end() {
            self.fault(FaultCode::TooLarge, format!("At most {}.", range.end()));
            return None;
        }
        Some(number)
    }

    /// A duration text, in milliseconds.
    pub(super) fn duration(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let Some(text) = self.value.as_str() else {
            return self.wrong_type("a duration such as 30m");
        };
        let Some(milliseconds) = parse_duration_ms(text) else {
            let detail = "Expected a whole number and one of ms, s, m, h, d, such as 30m.";
            self.fault(FaultCode::InvalidFormat, detail);
            return None;
        };
        if range.contains(&milliseconds) {
            return Some(milliseconds);
        }
        let (code, bound, word) = if milliseconds < *range.start() {
            (FaultCode::TooSmall, *range.start(), "least")
        } else {
            (FaultCode::TooLarge, *range.end(), "most")
        };
        let detail = format!("At {word} {bound} milliseconds.");
        self.faults.add(Fault::new(&self.pointer, code, detail).with_limit(bound));
        None
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let Some(text) = self.value.as_str() else {
            return self.wrong_type("a text");
        };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault(FaultCode::NotAllowed, format!("Expected one of {}.", known.join(", ")));
        }
        found
    }

    /// A text that `parse` accepts; its error is the detail.
    pub(super) fn parsed<T, E: std::fmt::Display>(&self, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let Some(text) = self.value.as_str() else {
            return self.wrong_type("a text");
        };
        parse(text).map_err(|error| self.fault(FaultCode::InvalidFormat, format!("Expected {error}."))).ok()
    }

    /// The elements of an array of `range` elements.
    pub(super) fn items(&self, range: RangeInclusive<usize>) -> Vec<Field<'a>> {
        let Some(items) = self.value.as_array() else {
            return self.wrong_type("an array").unwrap_or_default();
        };
        let (least, most) = (*range.start(), *range.end());
        if items.len() < least {
            let fault = Fault::new(&self.pointer, FaultCode::TooFew, format!("At least {least}."));
            self.faults.add(fault.with_limit(least as u64));
        }
        if items.len() > most {
            let fault = Fault::new(&self.pointer, FaultCode::TooMany, format!("At most {most}."));
            self.faults.add(fault.with_limit(most as u64));
        }
        let element = |(index, value)| Field {
            value,
            pointer: format!("{}/{index}", self.pointer),
            faults: self.faults,
        };
        items.iter().enumerate().take(most).map(element).collect()
    }

    /// The fields of an object whose names the definition's author chooses.
    pub(super) fn entries(&self, most: usize) -> Vec<(&'a str, Field<'a>)> {
        let Some(object) = self.value.as_object() else {
            return self.wrong_type("an object").unwrap_or_default();
        };
        if object.len() > most {
            let fault = Fault::new(&self.pointer, FaultCode::TooMany, format!("At most {most}."));
            self.faults.add(fault.with_limit(most as u64));
        }
        let entry = |(name, value): (&'a String, &'a Value)| {
            let pointer = format!("{}/{}", self.pointer, pointer_token(name));
            (name.as_str(), Field { value, pointer, faults: self.faults })
        };
        object.iter().take(most).map(entry).collect()
    }

    pub(super) fn fields(&self) -> Fields<'a> {
        Fields::of(self.value, self.pointer.clone(), self.faults)
    }
}
