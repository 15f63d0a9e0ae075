//! The trees that steps work on: mirrors, workspaces, and which snapshot a step starts from.

use crate::Engine;
use crate::config;
use crate::error::{Error, Result};
use crate::layout::Layout;
use domain::contract::{Pinned, RejectWorkspace, StepKind};
use domain::project::ProjectSettings;
use domain::run::AttemptState;
use domain::{Fault, FaultCode, ProjectId};
use git::{Credential, Git, Mirror, Oid, Remote, RemoteUrl};
use persistence::records::{AttemptRecord, RunRecord};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The server's private mirrors, one a project, opened once.
pub struct Mirrors {
    git: Git,
    root: PathBuf,
    open: Mutex<HashMap<ProjectId, Arc<Mirror>>>,
}

impl Mirrors {
    pub fn new(git: Git, root: PathBuf) -> Self {
        Self {
            git,
            root,
            open: Mutex::default(),
        }
    }

    pub async fn get(&self, project: ProjectId) -> Result<Arc<Mirror>> {
        let mut open = self.open.lock().await;
        if let Some(mirror) = open.get(&project) {
            return Ok(Arc::clone(mirror));
        }
        let path = Layout::mirror(&self.root, project);
        let mirror = Arc::new(Mirror::open(self.git.clone(), path).await?);
        open.insert(project, Arc::clone(&mirror));
        Ok(mirror)
    }
}

impl Engine {
    /// What is wrong with a project's settings on this server; pointers as in the request that sets them.
    pub fn project_faults(&self, settings: &ProjectSettings) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(url) = &settings.repository
            && let Err(error) = RemoteUrl::parse(url)
        {
            faults.push(Fault::new(
                "/repository",
                FaultCode::InvalidFormat,
                format!("{error}."),
            ));
        }
        if let Some(agent) = &settings.agent
            && !self.config().agents.contains_key(agent)
        {
            let detail = format!(
                "The server's configuration has no agent named {agent}. It has: {}.",
                names(self.config().agents.keys())
            );
            faults.push(Fault::new("/agent", FaultCode::NotFound, detail));
        }
        if let Some(credential) = &settings.credential
            && !self.config().credentials.contains_key(credential)
        {
            let detail = format!("The server's configuration has no credential named {credential}.");
            faults.push(Fault::new("/credential", FaultCode::NotFound, detail));
        }
        faults
    }

    /// What the workflow needs of the project and does not find.
    pub(crate) fn workspace_faults(
        &self,
        settings: &ProjectSettings,
        pinned: &Pinned,
        base_ref: Option<&str>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        if base_ref.is_some() && settings.repository.is_none() {
            let detail = "The project has no repository, so a run has no base.";
            faults.push(Fault::new("/base_ref", FaultCode::NotAllowed, detail));
        }
        for step in &pinned.definition().steps {
            let missing = match &step.kind {
                StepKind::Agent(agent) if agent.agent.is_none() && settings.agent.is_none() => {
                    Some("an agent")
                }
                StepKind::Test(test) if test.command.is_none() && settings.test_command.is_empty() => {
                    Some("a test command")
                }
                StepKind::Ship(_) if settings.repository.is_none() => Some("a repository"),
                StepKind::Set(_)
                | StepKind::Command(_)
                | StepKind::Agent(_)
                | StepKind::Test(_)
                | StepKind::Approval(_)
                | StepKind::Ship(_) => None,
            };
            if let Some(what) = missing {
                let detail = format!("The step {} needs {what}, and the project names none.", step.key);
                faults.push(Fault::new("/workflow", FaultCode::NotAllowed, detail));
            }
        }
        faults
    }

    /// The project's repository with the credential that opens it; `None` without a repository.
    pub(crate) fn remote_of(&self, settings: &ProjectSettings) -> Result<Option<Remote>> {
        let Some(url) = &settings.repository else {
            return Ok(None);
        };
        let url = RemoteUrl::parse(url).map_err(|error| {
            Error::Invalid(vec![Fault::new(
                "/repository",
                FaultCode::InvalidFormat,
                format!("{error}."),
            )])
        })?;
        let credential = match &settings.credential {
            None => Credential::None,
            Some(name) => match self.config().credentials.get(name) {
                Some(config::Credential::SshKey {
                    key_file,
                    known_hosts_file,
                }) => Credential::SshKey {
                    key_file: key_file.clone(),
                    known_hosts_file: known_hosts_file.clone(),
                },
                Some(config::Credential::Token { username, token_file }) => Credential::Token {
                    username: username.clone(),
                    token_file: token_file.clone(),
                },
                None => {
                    let detail = format!("The server's configuration has no credential named {name}.");
                    return Err(Error::Invalid(vec![Fault::new(
                        "/credential",
                        FaultCode::NotFound,
                        detail,
                    )]));
                }
            },
        };
        Ok(Some(Remote { url, credential }))
    }
}

fn names<'a>(keys: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = keys.map(String::as_str).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// The snapshots around the attempts of a run.
pub struct Trees {
    /// The commit that the tree of the attempt asked for starts from.
    pub before: Oid,
    /// The commit of the newest snapshot: what would ship.
    pub newest: Oid,
}

impl Trees {
    /// Replays the run's attempts up to and including `at`; the attempt need not have ended.
    pub fn replay(run: &RunRecord, attempts: &[AttemptRecord], at: &AttemptRecord) -> Result<Self> {
        let base = run.base_commit.as_deref().and_then(|text| Oid::parse(text).ok());
        let mut tree = base.ok_or(Error::NotFound { what: "base commit" })?;
        let mut seen: Vec<(&AttemptRecord, Oid)> = Vec::new();
        for attempt in attempts {
            let before = starting_point(&seen, attempt, &tree);
            let after = after(attempt, &before);
            seen.push((attempt, before.clone()));
            tree = after;
            if attempt.id == at.id {
                return Ok(Self { before, newest: tree });
            }
        }
        Ok(Self {
            before: tree.clone(),
            newest: tree,
        })
    }
}

fn starting_point(seen: &[(&AttemptRecord, Oid)], attempt: &AttemptRecord, tree: &Oid) -> Oid {
    let mut same = seen.iter().filter(|(earlier, _)| earlier.step == attempt.step);
    match attempt.workspace {
        RejectWorkspace::Keep => tree.clone(),
        RejectWorkspace::Restore => match same.clone().next_back() {
            None => tree.clone(),
            // A rejection sent the work back to where the step found it the first time.
            Some((previous, before)) if previous.state == AttemptState::Succeeded => same
                .next()
                .map_or_else(|| before.clone(), |(_, first)| first.clone()),
            // The previous attempt failed or was lost: this one starts where that one did.
            Some((_, before)) => before.clone(),
        },
    }
}

fn after(attempt: &AttemptRecord, before: &Oid) -> Oid {
    let recorded = attempt
        .result
        .as_ref()
        .and_then(|result| result.commit.as_deref());
    match attempt.state {
        AttemptState::Succeeded => recorded
            .and_then(|commit| Oid::parse(commit).ok())
            .unwrap_or_else(|| before.clone()),
        AttemptState::Ready
        | AttemptState::Leased
        | AttemptState::Waiting
        | AttemptState::Failed
        | AttemptState::Cancelled
        | AttemptState::Lost => before.clone(),
    }
}
