//! What a request for a run must be, told whole.

use crate::Engine;
use crate::error::Result;
use domain::contract::{InputMetadata, Inputs, Pinned, Trigger, WorkflowName};
use domain::{Fault, FaultCode};
use persistence::commands::GetVersion;
use persistence::records::{ProjectRecord, VersionRecord};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be read of a request for a run; absent parts are not judged.
#[derive(Debug, Clone, Copy)]
pub struct StartForm<'a> {
    pub workflow: Option<&'a WorkflowName>,
    /// Absent: the newest.
    pub version: Option<i64>,
    pub inputs: Option<&'a Value>,
    pub base_ref: Option<&'a str>,
}

/// A request with nothing wrong in it.
pub(crate) struct Startable {
    pub version: VersionRecord,
    pub pinned: Arc<Pinned>,
    pub inputs: Value,
    pub input_metadata: BTreeMap<String, InputMetadata>,
}

impl Engine {
    /// Every fault of a request for a run on this project, as far as the request can be read.
    pub async fn start_faults(&self, project: &ProjectRecord, form: &StartForm<'_>) -> Result<Vec<Fault>> {
        let mut faults = Vec::new();
        self.startable(project, form, &mut faults).await?;
        Ok(faults)
    }

    pub(crate) async fn startable(
        &self,
        project: &ProjectRecord,
        form: &StartForm<'_>,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Startable>> {
        if let Some(base_ref) = form.base_ref {
            faults.extend(base_fault(project, base_ref));
        }
        let Some(name) = form.workflow else { return Ok(None) };
        let query = GetVersion { name: name.clone(), version: form.version };
        let version = match self.store().read(query).await {
            Ok(version) => version,
            Err(persistence::Error::NotFound) => {
                faults.push(unknown_workflow(name, form.version));
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let pinned = self.definitions().pinned(&version)?;
        if !pinned.definition().triggers.contains(&Trigger::Manual) {
            let detail = format!("People cannot start {name}: its triggers do not name manual.");
            faults.push(Fault::new("/workflow", FaultCode::NotAllowed, detail));
        }
        faults.extend(self.workspace_faults(&project.settings, &pinned));
        let Some(inputs) = form.inputs else { return Ok(None) };
        match Inputs::check(pinned.definition(), inputs) {
            Ok((inputs, input_metadata)) => Ok(Some(Startable { version, pinned, inputs, input_metadata })),
            Err(more) => {
                faults.extend(more);
                Ok(None)
            }
        }
    }
}

fn base_fault(project: &ProjectRecord, base_ref: &str) -> Option<Fault> {
    if project.settings.repository.is_none() {
        let detail = "The project has no repository, so a run has no base.";
        return Some(Fault::new("/base_ref", FaultCode::NotAllowed, detail));
    }
    let detail = "Expected the name of a branch or tag, refs/heads/… or refs/tags/…, or a full commit id.";
    let unfit = git::check_base_ref(base_ref).is_err();
    unfit.then(|| Fault::new("/base_ref", FaultCode::InvalidFormat, detail))
}

fn unknown_workflow(name: &WorkflowName, version: Option<i64>) -> Fault {
    match version {
        Some(version) => Fault::new(
            "/version",
            FaultCode::NotFound,
            format!("The workflow {name} has no version {version}."),
        ),
        None => Fault::new("/workflow", FaultCode::NotFound, format!("There is no workflow named {name}.")),
    }
}
