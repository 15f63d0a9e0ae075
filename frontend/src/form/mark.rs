//! Where a form shows its faults.

use super::draft::Draft;
use super::field::{Field, Kind};
use domain::Fault;
use domain::fault::pointer_token;
use serde_json::Value;
use std::collections::BTreeMap;

/// A control, by what it stands for in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// JSON pointer into the request.
    pub pointer: String,
    /// The `id` of the element that takes the focus.
    pub element: String,
    pub label: String,
}

impl Place {
    pub fn new(pointer: impl Into<String>, label: impl Into<String>) -> Self {
        let pointer = pointer.into();
        Self { element: element_id(&pointer), pointer, label: label.into() }
    }
}

/// Faults, at their controls and in a summary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// By the pointer of the control.
    pub at: BTreeMap<String, String>,
    pub lines: Vec<SummaryLine>,
}

/// One fault of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryLine {
    /// Where to mend it; `None` when the form has no control for it.
    pub element: Option<String>,
    /// The control's label, or the pointer.
    pub label: String,
    pub detail: String,
}

impl Marks {
    /// Puts every fault at the control that it is about, or at the one around it.
    pub fn new(faults: &[Fault], places: &[Place]) -> Self {
        let mut marks = Self::default();
        for fault in faults {
            let Some(place) = nearest(places, &fault.pointer) else {
                // What no control is about: the whole request, or the choice of workflow and project.
                let label = match fault.pointer.as_str() {
                    "" | "/workflow" => "The request",
                    pointer => pointer,
                };
                marks.lines.push(SummaryLine {
                    element: None,
                    label: label.to_owned(),
                    detail: fault.detail.clone(),
                });
                continue;
            };
            let within = fault.pointer[place.pointer.len()..].trim_start_matches('/');
            let detail =
                if within.is_empty() { fault.detail.clone() } else { format!("{within}: {}", fault.detail) };
            let said = marks.at.entry(place.pointer.clone()).or_default();
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(&detail);
            marks.lines.push(SummaryLine {
                element: Some(place.element.clone()),
                label: place.label.clone(),
                detail,
            });
        }
        // The summary reads as the form does.
        let order = |line: &SummaryLine| {
            let here = |place: &Place| Some(&place.element) == line.element.as_ref();
            places.iter().position(here).unwrap_or(usize::MAX)
        };
        marks.lines.sort_by_key(order);
        marks
    }
}

/// The element that stands for a pointer: letters and digits stay, the rest is made harmless.
pub fn element_id(pointer: &str) -> String {
    let mut id = String::from("at");
    for c in pointer.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => id.push(c),
            '/' => id.push('-'),
            other => id.push_str(&format!("_{:x}_", u32::from(other))),
        }
    }
    id
}

/// The controls of a form for inputs as it stands, in the order of the form.
pub fn places_of_inputs(form: &Field, draft: &Draft) -> Vec<Place> {
    let mut places = Vec::new();
    collect(form, draft, "/inputs", "Inputs", &mut places);
    places
}

fn collect(field: &Field, draft: &Draft, pointer: &str, label: &str, places: &mut Vec<Place>) {
    let is_whole = pointer == "/inputs" && field.kind != Kind::Json;
    if !is_whole {
        places.push(Place::new(pointer, label));
    }
    match (&field.kind, draft) {
        (Kind::Object(fields), Draft::Fields(drafts)) => {
            for (field, draft) in fields.iter().zip(drafts) {
                let pointer = format!("{pointer}/{}", pointer_token(&field.name));
                collect(field, draft, &pointer, &field.label, places);
            }
        }
        (Kind::List(rule), Draft::Rows(rows)) => {
            for (index, row) in rows.iter().enumerate() {
                let label = format!("{label}, entry {}", index + 1);
                collect(&rule.item, row, &format!("{pointer}/{index}"), &label, places);
            }
        }
        (_, Draft::Text(_) | Draft::Fields(_) | Draft::Rows(_)) => {}
    }
}

/// The faults that a server found and that nobody has mended: what they point at is as it was sent.
pub fn standing(faults: &[Fault], sent: &Value, now: &Value) -> Vec<Fault> {
    let unchanged = |fault: &&Fault| sent.pointer(&fault.pointer) == now.pointer(&fault.pointer);
    faults.iter().filter(unchanged).cloned().collect()
}

fn nearest<'p>(places: &'p [Place], pointer: &str) -> Option<&'p Place> {
    let around = |place: &&Place| {
        pointer
            .strip_prefix(place.pointer.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    places.iter().filter(around).max_by_key(|place| place.pointer.len())
}
