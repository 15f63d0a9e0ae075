//! What is typed into the form that starts a run.

use super::entry::Entry;
use super::labels::Label;
use super::selection::Selection;
use crate::form::{Draft, Field, Kind, StartDraft, form_of, read_inputs};
use domain::ProjectId;
use domain::contract::WorkflowName;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::WorkflowVersionResponse;

/// What was typed for one version and is offered to the next that is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

    /// The same without what is secret: for the browser to keep.
    pub fn harmless(&self) -> Kept {
        let mut kept = self.kept();
        for field in self.form.fields().iter().filter(|field| holds_secret(field)) {
            kept.inputs.remove(&field.name);
        }
        kept
    }

    fn labels(&self) -> Vec<(String, String)> {
        self.labels.with(|labels| labels.iter().map(|label| (label.key.get(), label.value.get())).collect())
    }
}

/// Whether a field or anything in it is secret.
fn holds_secret(field: &Field) -> bool {
    let in_rows = match &field.kind {
        Kind::List(rule) => holds_secret(&rule.item),
        Kind::Text(_)
        | Kind::Number(_)
        | Kind::Flag
        | Kind::Choice(_)
        | Kind::Constant(_)
        | Kind::Object(_)
        | Kind::Json => false,
    };
    field.secret || in_rows || field.fields().iter().any(holds_secret)
}

/// What was typed into the form of this workflow before the page was loaded again.
pub fn remembered(workflow: &WorkflowName) -> Option<Kept> {
    let storage = window().session_storage().ok()??;
    serde_json::from_str(&storage.get_item(&key_of(workflow)).ok()??).ok()
}

/// Keeps what is typed as long as the tab is open; `None` forgets it.
pub fn remember(workflow: &WorkflowName, kept: Option<&Kept>) {
    if let Ok(Some(storage)) = window().session_storage() {
        // Without storage the form is lost with the page, as it is anywhere.
        let _ = match kept.and_then(|kept| serde_json::to_string(kept).ok()) {
            Some(text) => storage.set_item(&key_of(workflow), &text),
            None => storage.remove_item(&key_of(workflow)),
        };
    }
}

fn key_of(workflow: &WorkflowName) -> String {
    format!("jido.start.{workflow}")
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
    let (title, base_ref, labels) = match kept {
        Some(kept) => (kept.title, kept.base_ref, kept.labels),
        None => (selection.title.clone(), selection.base.clone(), selection.labels.clone()),
    };
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
