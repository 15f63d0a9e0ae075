//! What was typed to start a run.

use super::draft::Draft;
use super::field::Field;
use super::mark::{Place, places_of_inputs};
use super::read::read_inputs;
use domain::contract::WorkflowName;
use domain::fault::pointer_token;
use domain::{Fault, FaultCode, ProjectId};
use std::collections::{BTreeMap, BTreeSet};
use validator::Validate;
use wire::{StartRunRequest, check};

/// Where the choice of a project is marked: the request names the project in its path.
pub const PROJECT: &str = "/project";
/// Where the labels as a whole are marked.
pub const LABELS: &str = "/labels";

/// What was typed to start a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StartDraft {
    pub project: Option<ProjectId>,
    pub workflow: WorkflowName,
    pub version: i64,
    pub title: String,
    pub base_ref: String,
    /// Keys and values; a row without either counts as not there.
    pub labels: Vec<(String, String)>,
    pub inputs: Draft,
}

impl StartDraft {
    /// The request, and every fault that can be found here.
    pub fn check(&self, form: &Field) -> (StartRunRequest, Vec<Fault>) {
        let (inputs, input_faults) = read_inputs(form, &self.inputs);
        let mut faults = Vec::new();
        if self.project.is_none() {
            faults.push(Fault::new(
                PROJECT,
                FaultCode::Required,
                "Choose the project that the run works on.",
            ));
        }
        let request = StartRunRequest {
            workflow: self.workflow.clone(),
            version: Some(self.version),
            title: given(&self.title),
            labels: self.labels().cloned().collect::<BTreeMap<_, _>>(),
            base_ref: given(&self.base_ref),
            inputs,
        };
        let label_faults = self.label_faults();
        if let Err(errors) = request.validate() {
            let new = |fault: &Fault| fault.pointer != LABELS || label_faults.is_empty();
            faults.extend(check::faults(&errors).into_iter().filter(new));
        }
        faults.extend(label_faults);
        faults.extend(input_faults);
        (request, faults)
    }

    /// Every control of the form.
    pub fn places(&self, form: &Field) -> Vec<Place> {
        let mut places = vec![Place::new(PROJECT, "Project")];
        places.extend(places_of_inputs(form, &self.inputs));
        places.push(Place::new("/title", "Title"));
        places.push(Place::new("/base_ref", "Start from"));
        places.push(Place::new(LABELS, "Labels"));
        places.extend(
            self.labels
                .iter()
                .map(|(key, _)| Place::new(label_pointer(key), format!("Label {}", key.trim()))),
        );
        places
    }

    fn labels(&self) -> impl Iterator<Item = &(String, String)> {
        self.labels.iter().filter(|(key, value)| !key.trim().is_empty() || !value.trim().is_empty())
    }

    fn label_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in self.labels() {
            let pointer = label_pointer(key);
            if key.trim().is_empty() {
                faults.push(Fault::new(&pointer, FaultCode::Required, "Give this label a key."));
            } else if !seen.insert(key) {
                faults.push(Fault::new(&pointer, FaultCode::NotUnique, "Another label has this key."));
            }
            for (text, what) in [(key, "The key"), (value, "The value")] {
                if text.chars().count() > check::LABEL_CHARACTERS {
                    let limit = check::LABEL_CHARACTERS;
                    let detail = format!("{what} has more than {limit} characters.");
                    faults.push(Fault::new(&pointer, FaultCode::TooLong, detail).with_limit(limit as u64));
                }
            }
        }
        faults
    }
}

/// Where a label is marked.
pub fn label_pointer(key: &str) -> String {
    format!("{LABELS}/{}", pointer_token(key))
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
