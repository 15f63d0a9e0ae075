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

/// The server's private mirrors, one a project, opened once; again when its folder is gone.
pub struct Mirrors {
    git: Git,
    root: PathBuf,
    open: Mutex<HashMap<ProjectId, Arc<Mirror>>>,
}

impl Mirrors {
    pub fn new(git: Git, root: PathBuf) -> Self {
        Self { git, root, open: Mutex::default() }
    }

    pub async fn get(&self, project: ProjectId) -> Result<Arc<Mirror>> {
        let mut open = self.open.lock().await;
        if let Some(mirror) = open.get(&project)
            && mirror.is_there().await
        {
            return Ok(Arc::clone(mirror));
        }
        let path = Layout::mirror(&self.root, project);
        let mirror = Arc::new(Mirror::open(self.git.clone(), path).await?);
        open.insert(project, Arc::clone(&mirror));
        Ok(mirror)
    }
}

impl Engine {
    /// What the workflow needs of the project and does not find.
    pub(crate) fn workspace_faults(&self, settings: &ProjectSettings, pinned: &Pinned) -> Vec<Fault> {
        let mut faults = Vec::new();
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
            Error::Invalid(vec![Fault::new("/repository", FaultCode::InvalidFormat, format!("{error}."))])
        })?;
        let credential = match &settings.credential {
            None => Credential::None,
            Some(name) => match self.config().credentials.get(name) {
                Some(config::Credential::SshKey { key_file, known_hosts_file }) => Credential::SshKey {
                    key_file: key_file.clone(),
                    known_hosts_file: known_hosts_file.clone(),
                },
                Some(config::Credential::Token { username, token_file }) => {
                    Credential::Token { username: username.clone(), token_file: token_file.clone() }
                }
                None => {
                    let detail = format!("The server's configuration has no credential named {name}.");
                    return Err(Error::Invalid(vec![Fault::new("/credential", FaultCode::NotFound, detail)]));
                }
            },
        };
        Ok(Some(Remote { url, credential }))
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
        let start = run.start_commit.as_deref().or(run.base_commit.as_deref());
        let start = start.and_then(|text| Oid::parse(text).ok());
        let start = start.ok_or(Error::NotFound { what: "base commit" })?;
        Ok(replay_from(start, attempts, at))
    }
}

fn replay_from(start: Oid, attempts: &[AttemptRecord], at: &AttemptRecord) -> Trees {
    let mut tree = start;
    let mut seen: Vec<(&AttemptRecord, Oid)> = Vec::new();
    for attempt in attempts {
        // What was taken over led to the start; it only says where its step found the tree then.
        if attempt.inherited_from.is_some() {
            let found = attempt.result.as_ref().and_then(|result| result.commit_before.as_deref());
            seen.extend(found.and_then(|commit| Oid::parse(commit).ok()).map(|before| (attempt, before)));
            continue;
        }
        let before = starting_point(&seen, attempt, &tree);
        tree = after(attempt, &before);
        if attempt.id == at.id {
            return Trees { before, newest: tree };
        }
        seen.push((attempt, before));
    }
    Trees { before: tree.clone(), newest: tree }
}

fn starting_point(seen: &[(&AttemptRecord, Oid)], attempt: &AttemptRecord, tree: &Oid) -> Oid {
    let mut same = seen.iter().filter(|(earlier, _)| earlier.step == attempt.step);
    match attempt.workspace {
        RejectWorkspace::Keep => tree.clone(),
        RejectWorkspace::Restore => match same.clone().next_back() {
            None => tree.clone(),
            // A rejection sent the work back to where the step found it the first time.
            Some((previous, before)) if previous.state == AttemptState::Succeeded => {
                same.next().map_or_else(|| before.clone(), |(_, first)| first.clone())
            }
            // The previous attempt failed or was lost: this one starts where that one did.
            Some((_, before)) => before.clone(),
        },
    }
}

fn after(attempt: &AttemptRecord, before: &Oid) -> Oid {
    let recorded = attempt.result.as_ref().and_then(|result| result.commit.as_deref());
    match attempt.state {
        AttemptState::Succeeded => {
            recorded.and_then(|commit| Oid::parse(commit).ok()).unwrap_or_else(|| before.clone())
        }
        AttemptState::Ready
        | AttemptState::Leased
        | AttemptState::Waiting
        | AttemptState::Failed
        | AttemptState::Cancelled
        | AttemptState::Lost => before.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::contract::StepKey;
    use domain::{AttemptId, RunId, Timestamp};
    use persistence::records::AttemptResult;
    use uuid::Uuid;

    fn oid(digit: char) -> Oid {
        Oid::parse(&digit.to_string().repeat(40)).unwrap()
    }

    struct History(Vec<AttemptRecord>);

    impl History {
        fn then(
            mut self,
            step: &str,
            state: AttemptState,
            workspace: RejectWorkspace,
            commit: Option<char>,
        ) -> Self {
            let number = u128::try_from(self.0.len()).unwrap() + 1;
            self.0.push(AttemptRecord {
                id: AttemptId::from_uuid(Uuid::from_u128(number)),
                run_id: RunId::from_uuid(Uuid::from_u128(1)),
                step: StepKey::parse(step).unwrap(),
                attempt: 1,
                tries: 1,
                state,
                workspace,
                owner: None,
                epoch: 0,
                lease_expires_at: None,
                available_at: Timestamp::from_micros(0),
                started_at: None,
                finished_at: None,
                process: None,
                outputs: None,
                failure: None,
                held_until: None,
                result: commit.map(|digit| AttemptResult {
                    commit: Some(oid(digit).to_string()),
                    ..AttemptResult::default()
                }),
                inherited_from: None,
            });
            self
        }

        fn trees_of_last(&self) -> (Oid, Oid) {
            let last = self.0.last().unwrap();
            let trees = replay_from(oid('a'), &self.0, last);
            (trees.before, trees.newest)
        }
    }

    use AttemptState::{Failed, Leased, Lost, Succeeded};
    use RejectWorkspace::{Keep, Restore};

    #[test]
    fn the_first_step_starts_from_the_base() {
        let history = History(vec![]).then("edit", Leased, Restore, None);
        assert_eq!(history.trees_of_last(), (oid('a'), oid('a')));
    }

    #[test]
    fn a_step_starts_from_the_newest_snapshot() {
        let history =
            History(vec![]).then("edit", Succeeded, Restore, Some('b')).then("test", Leased, Keep, None);
        assert_eq!(history.trees_of_last().0, oid('b'));
    }

    #[test]
    fn a_repeated_attempt_starts_where_the_failed_or_lost_one_did() {
        for ended in [Failed, Lost] {
            let history = History(vec![])
                .then("plan", Succeeded, Restore, Some('b'))
                .then("edit", ended, Keep, None)
                .then("edit", Leased, Restore, None);
            assert_eq!(history.trees_of_last().0, oid('b'));
        }
    }

    #[test]
    fn a_rejection_keeps_the_rejected_tree_or_restores_the_first_one() {
        let rejected = || {
            History(vec![])
                .then("plan", Succeeded, Restore, Some('b'))
                .then("edit", Succeeded, Keep, Some('c'))
                .then("gate", Failed, Keep, None)
        };
        assert_eq!(rejected().then("edit", Leased, Keep, None).trees_of_last().0, oid('c'));
        assert_eq!(rejected().then("edit", Leased, Restore, None).trees_of_last().0, oid('b'));
    }

    #[test]
    fn a_step_retry_starts_from_its_snapshot_and_goes_back_to_where_an_inherited_step_began() {
        let retried = |workspace| {
            let mut history = History(vec![]).then("edit", Succeeded, Restore, Some('b'));
            let taken_over = &mut history.0[0];
            taken_over.inherited_from = Some(RunId::from_uuid(Uuid::from_u128(9)));
            taken_over.result.as_mut().unwrap().commit_before = Some(oid('9').to_string());
            history.then("gate", Failed, Restore, None).then("edit", Leased, workspace, None)
        };
        assert_eq!(retried(Keep).trees_of_last().0, oid('a'));
        assert_eq!(retried(Restore).trees_of_last().0, oid('9'));
    }

    #[test]
    fn a_lost_second_round_goes_back_to_its_own_start_and_not_to_the_first_rounds() {
        let history = History(vec![])
            .then("edit", Succeeded, Restore, Some('c'))
            .then("gate", Failed, Keep, None)
            .then("edit", Lost, Keep, None)
            .then("edit", Leased, Restore, None);
        assert_eq!(history.trees_of_last().0, oid('c'));
    }
}
