//! What is typed into the form that starts a run.

use super::entry::Entry;
use super::labels::Label;
use super::selection::Selection;
use crate::form::{Draft, Field, StartDraft, form_of, read_inputs};
use domain::ProjectId;
use domain::contract::WorkflowName;
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::WorkflowVersionResponse;

/// What was typed for one version and is offered to the next that is chosen.
#[derive(Debug, Clone)]
pub struct Kept {
    inputs: Map<String, Value>,
    title: String,
    base_ref: String,
    labels: Vec<(String, String)>,
}

/// The form as it stands.
#[derive(Clone)]
pub struct Typed {
    pub form: Arc<Field>,
    workflow: WorkflowName,
    version: i64,
    project: Memo<Option<ProjectId>>,
    pub title: ArcRwSignal<String>,
    pub base_ref: ArcRwSignal<String>,
    pub labels: ArcRwSignal<Vec<Label>>,
    pub inputs: Entry,
}

impl Typed {
    pub fn draft(&self) -> StartDraft {
        StartDraft {
            project: self.project.get(),
            workflow: self.workflow.clone(),
            version: self.version,
            title: self.title.get(),
            base_ref: self.base_ref.get(),
            labels: self.labels(),
            inputs: self.inputs.draft(),
        }
    }

    /// What another version of the workflow is offered.
    pub fn kept(&self) -> Kept {
        Kept {
            inputs: read_inputs(&self.form, &self.inputs.draft()).0,
            title: self.title.get(),
            base_ref: self.base_ref.get(),
            labels: self.labels(),
        }
    }

    fn labels(&self) -> Vec<(String, String)> {
        self.labels.with(|labels| labels.iter().map(|label| (label.key.get(), label.value.get())).collect())
    }
}

/// The form before anybody typed: what the address says, else what was typed for the version before, else defaults.
pub fn typed(
    version: &WorkflowVersionResponse,
    project: Memo<Option<ProjectId>>,
    selection: &Selection,
    kept: Option<Kept>,
) -> Typed {
    let form = form_of(&version.inputs);
    let values = kept.as_ref().map(|kept| Value::Object(kept.inputs.clone()));
    let mut draft = Draft::of(&form, values.as_ref());
    if let (Draft::Fields(drafts), None) = (&mut draft, &kept) {
        for (field, draft) in form.fields().iter().zip(drafts) {
            if let Some((_, text)) = selection.prefill.iter().find(|(name, _)| *name == field.name) {
                *draft = Draft::of_text(field, text);
            }
        }
    }
    let (title, base_ref, labels) =
        kept.map(|kept| (kept.title, kept.base_ref, kept.labels)).unwrap_or_default();
    let labels = (0..).zip(&labels).map(|(id, (key, value))| Label::new(id, key, value)).collect();
    Typed {
        form: Arc::new(form),
        workflow: version.name.clone(),
        version: version.version,
        project,
        title: ArcRwSignal::new(title),
        base_ref: ArcRwSignal::new(base_ref),
        labels: ArcRwSignal::new(labels),
        inputs: Entry::new(&draft),
    }
}
