//! What was typed to make a project.

use super::argv::{split, unsplit};
use super::mark::Place;
use domain::project::ShipMode;
use domain::{Fault, FaultCode};
use validator::Validate;
use wire::concurrency::Concurrency;
use wire::{CreateProjectRequest, ProjectResponse, ShippingRequest, check};

/// What was typed to make a project; an empty text means that the usual value is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectDraft {
    pub name: String,
    pub repository: String,
    pub default_branch: String,
    /// One line, split as a shell does.
    pub test_command: String,
    pub agent: String,
    pub credential: String,
    pub remote: String,
    pub branch_pattern: String,
    pub mode: ShipMode,
    /// What the form does not ask for and a change must keep.
    pub concurrency: Option<Concurrency>,
}

impl ProjectDraft {
    /// The settings that the project has, as they would be typed.
    pub fn of(project: &ProjectResponse) -> Self {
        Self {
            name: project.name.clone(),
            repository: project.repository.clone().unwrap_or_default(),
            default_branch: project.default_branch.clone(),
            test_command: unsplit(&project.test_command),
            agent: project.agent.clone().unwrap_or_default(),
            credential: project.credential.clone().unwrap_or_default(),
            remote: project.shipping.remote.clone(),
            branch_pattern: project.shipping.branch_pattern.clone(),
            mode: project.shipping.mode,
            concurrency: project.concurrency,
        }
    }

    /// The request, and every fault that can be found here.
    pub fn check(&self) -> (CreateProjectRequest, Vec<Fault>) {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(Fault::new("/name", FaultCode::Required, "Name is required."));
        }
        let test_command = split(&self.test_command).unwrap_or_else(|detail| {
            faults.push(Fault::new("/test_command", FaultCode::InvalidFormat, detail));
            Vec::new()
        });
        if !self.branch_pattern.trim().is_empty() && !self.branch_pattern.contains("{run}") {
            let detail = "It must hold {run}, so that every run gets a branch of its own.";
            faults.push(Fault::new("/shipping/branch_pattern", FaultCode::InvalidFormat, detail));
        }
        let shipping = ShippingRequest {
            remote: given(&self.remote),
            branch_pattern: given(&self.branch_pattern),
            mode: (self.mode != ShipMode::default()).then_some(self.mode),
        };
        let request = CreateProjectRequest {
            name: self.name.trim().to_owned(),
            repository: given(&self.repository),
            default_branch: given(&self.default_branch),
            test_command,
            agent: given(&self.agent),
            credential: given(&self.credential),
            concurrency: self.concurrency,
            shipping: (shipping != ShippingRequest::default()).then_some(shipping),
        };
        if let Err(errors) = request.validate() {
            let new = |fault: &Fault| !faults.iter().any(|known| known.pointer == fault.pointer);
            let more: Vec<Fault> = check::faults(&errors).into_iter().filter(new).collect();
            faults.extend(more);
        }
        (request, faults)
    }
}

/// Every control of the form.
pub fn project_places() -> Vec<Place> {
    [
        ("/name", "Name"),
        ("/repository", "Repository"),
        ("/default_branch", "Default branch"),
        ("/test_command", "Test command"),
        ("/agent", "Agent"),
        ("/credential", "Credential"),
        ("/shipping/remote", "Name of the destination"),
        ("/shipping/branch_pattern", "Branch pattern"),
        ("/shipping/mode", "What an approval does"),
    ]
    .map(|(pointer, label)| Place::new(pointer, label))
    .to_vec()
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
