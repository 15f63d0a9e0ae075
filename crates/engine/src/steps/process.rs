//! Running one step's process from tree to snapshot.

use super::work::{End, Held};
use crate::Engine;
use crate::artifacts::{Content, Source};
use crate::config::Agent;
use crate::error::Result;
use crate::workspace::Trees;
use domain::contract::{Step, TemplateScope};
use domain::failure::{FailureReason, StepFailure};
use git::{Oid, SnapshotRequest};
use persistence::commands::{AttemptReport, ListAttempts, RecordProcess, RunScope};
use persistence::records::AttemptResult;
use sandbox::{Ended, Exit, Launch, Level, Limits, LogWriter, Masker, NotStarted, ProcessIdentity};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::fs;
use tokio_util::sync::CancellationToken;

/// What to start for a step.
pub struct Process {
    pub argv: Vec<String>,
    pub env: BTreeMap<String, String>,
    /// Beneath the workspace.
    pub workdir: Option<PathBuf>,
    pub stdin: Vec<u8>,
    pub timeout: Duration,
    pub agent: Option<Agent>,
    /// Values that must not reach the log.
    pub secrets: Vec<String>,
}

/// A process that came to an end, with what is already known for the report.
pub struct Finished {
    pub ended: Ended,
    pub report: AttemptReport,
    /// The snapshot that the tree started from; absent where the run has no repository.
    pub before: Option<Oid>,
}

/// A process that came to an end, or none.
pub enum Ran {
    Finished(Box<Finished>),
    Ended(Box<End>),
}

impl Engine {
    /// The run's inputs, outputs and last rejection, for templates and variables.
    pub(super) async fn scope_of(&self, held: &Held) -> Result<(TemplateScope, Option<Value>)> {
        let scope = self.store().read(RunScope { run_id: held.run.id }).await?;
        Ok((scope.scope, scope.rejection))
    }

    /// Prepares the tree, runs the process, stores its log. The tree is not yet recorded.
    pub(super) async fn run_process(
        &self,
        held: &Held,
        process: Process,
        cancel: &CancellationToken,
    ) -> Result<Ran> {
        let before = self.prepare_tree(held).await?;
        self.prepare_home(held).await?;
        let workspace = self.shared.layout.workspace(held.run.id);
        let log_path = self.shared.layout.log(held.run.id, &held.attempt.step, held.attempt.attempt);
        if let Some(folder) = log_path.parent() {
            fs::create_dir_all(folder).await?;
        }
        // A log of this attempt can only be left by a worker that died before it could report.
        remove_file(&log_path).await?;
        let (mut log, _tail) = LogWriter::create(
            &log_path,
            Masker::new(process.secrets.iter().cloned()),
            self.config().limits.log_bytes,
        )?;
        let launch = Launch {
            argv: process.argv,
            env: process.env,
            cwd: process.workdir.map_or_else(|| workspace.clone(), |folder| workspace.join(folder)),
            stdin: process.stdin,
            timeout: process.timeout,
            grace: self.config().grace,
            limits: Limits {
                max_file_bytes: Some(self.config().limits.file_bytes),
                max_open_files: Some(self.config().limits.open_files),
                max_processes: Some(self.config().limits.processes),
            },
            access: self.step_access(held, process.agent.as_ref()),
        };
        let engine = self.clone();
        let fence = held.fence();
        let on_start = move |identity: ProcessIdentity| {
            tokio::spawn(async move {
                let Ok(process) = serde_json::to_value(&identity) else {
                    return;
                };
                if let Err(error) = engine.store().write(RecordProcess { fence, process }).await {
                    tracing::debug!(%error, "a step's process could not be recorded");
                }
            });
        };
        let ran = self.shared.sandbox.run(launch, &mut log, cancel.cancelled(), on_start).await;
        let summary = log.finish().await?;
        let ended = match ran {
            Ok(ended) => ended,
            Err(error @ (sandbox::Error::SupervisorLost { .. } | sandbox::Error::Wait(_))) => {
                tracing::warn!(run = %held.run.id, %error, "a supervisor was lost");
                return Ok(Ran::Ended(Box::new(End::Lost)));
            }
            Err(error) => {
                let detail = format!("The step could not be run: {error}.");
                return Ok(Ran::Ended(Box::new(End::failed(FailureReason::StorageFailed, detail))));
            }
        };
        if ended.exit == Exit::Cancelled {
            return Ok(Ran::Ended(Box::new(End::Abandoned)));
        }
        let mut report = AttemptReport {
            result: result_of(&ended, summary.bytes, before.as_ref()),
            artifacts: Vec::new(),
        };
        let content = Content {
            kind: "log",
            name: "output.log",
            media_type: "text/plain; charset=utf-8",
            source: Source::File(&log_path),
        };
        self.attach(held, &mut report, content).await?;
        Ok(Ran::Finished(Box::new(Finished { ended, report, before })))
    }

    /// Puts the workspace into the state that this attempt starts from and returns its snapshot.
    async fn prepare_tree(&self, held: &Held) -> Result<Option<Oid>> {
        let workspace = self.shared.layout.workspace(held.run.id);
        if held.run.base_commit.is_none() {
            fs::create_dir_all(&workspace).await?;
            return Ok(None);
        }
        let attempts = self.store().read(ListAttempts { run_id: held.run.id }).await?;
        let before = Trees::replay(&held.run, &attempts, &held.attempt)?.before;
        let marker = self.tree_marker(held);
        let stands = fs::read_to_string(&marker).await.ok();
        remove_file(&marker).await?;
        if stands.as_deref() == Some(before.as_str()) {
            return Ok(Some(before));
        }
        let mirror = self.shared.mirrors.get(held.run.project_id).await?;
        self.recover_snapshot(&mirror, &held.run, &before).await?;
        if fs::try_exists(&workspace).await? {
            mirror.restore(&before, &workspace).await?;
        } else {
            fs::create_dir_all(self.shared.layout.run(held.run.id)).await?;
            mirror.checkout(&before, &workspace).await?;
        }
        Ok(Some(before))
    }

    /// Names the snapshot that the workspace now equals; absent while a step may be changing it.
    fn tree_marker(&self, held: &Held) -> PathBuf {
        self.shared.layout.run(held.run.id).join("tree")
    }

    async fn prepare_home(&self, held: &Held) -> Result<()> {
        let home = self.shared.layout.home(held.run.id);
        fs::create_dir_all(home.join("tmp")).await?;
        remove_file(&self.output_file(held)).await?;
        Ok(())
    }

    /// Records the workspace as a commit in the mirror; `None` without a repository.
    pub(super) async fn snapshot(&self, held: &Held) -> Result<Option<git::Snapshot>> {
        let Some(base) = held.run.base_commit.as_deref() else {
            return Ok(None);
        };
        let parent = Oid::parse(base).map_err(|_| crate::Error::NotFound { what: "base commit" })?;
        let mirror = self.shared.mirrors.get(held.run.project_id).await?;
        let request = SnapshotRequest {
            workspace: self.shared.layout.workspace(held.run.id),
            index_file: self.shared.layout.index(held.run.id),
            parent,
            reference: format!(
                "refs/jido/runs/{}/{}/{}",
                held.run.id, held.attempt.step, held.attempt.attempt
            ),
            message: format!("{} attempt {}", held.attempt.step, held.attempt.attempt),
            at: held.run.created_at.unix_seconds(),
        };
        Ok(Some(mirror.snapshot(&request).await?))
    }

    /// Says that the workspace equals this snapshot, so that the next step need not restore it.
    pub(super) async fn mark_tree(&self, held: &Held, commit: &Oid) -> Result<()> {
        Ok(fs::write(self.tree_marker(held), commit.as_str()).await?)
    }

    /// Ends a step that changed the tree: outputs, snapshot, pack.
    pub(super) async fn keep_tree(&self, held: &Held, step: &Step, mut finished: Finished) -> Result<End> {
        if let Some(failure) = exit_failure(step, &finished.ended) {
            return Ok(End::Failed { failure, report: finished.report });
        }
        let outputs = match self.read_outputs(held).await? {
            Ok(outputs) => outputs,
            Err(detail) => {
                let failure = StepFailure::new(FailureReason::InvalidOutput, detail);
                return Ok(End::Failed { failure, report: finished.report });
            }
        };
        let snapshot = match self.snapshot(held).await {
            Ok(snapshot) => snapshot,
            Err(crate::Error::Git(error)) => {
                let failure = super::begin::git_failure(&error, FailureReason::SnapshotFailed);
                return Ok(End::Failed { failure, report: finished.report });
            }
            Err(error) => return Err(error),
        };
        if let Some(snapshot) = snapshot {
            if snapshot.size_bytes > self.config().limits.workspace_bytes {
                let quota = self.config().limits.workspace_bytes;
                let detail =
                    format!("The workspace holds {} bytes; its quota is {quota} bytes.", snapshot.size_bytes);
                let failure = StepFailure::new(FailureReason::WorkspaceFull, detail);
                return Ok(End::Failed { failure, report: finished.report });
            }
            self.store_pack(held, &snapshot, &mut finished).await?;
            let result = &mut finished.report.result;
            result.commit = Some(snapshot.commit.to_string());
            result.tree = Some(snapshot.tree.to_string());
            result.ignored_paths = snapshot.ignored_paths;
            self.mark_tree(held, &snapshot.commit).await?;
        }
        Ok(End::Succeeded { outputs, report: finished.report })
    }

    /// Keeps the snapshot as a pack beside the mirror, so that any worker can restore it.
    async fn store_pack(&self, held: &Held, snapshot: &git::Snapshot, finished: &mut Finished) -> Result<()> {
        let Some(before) = &finished.before else {
            return Ok(());
        };
        let mirror = self.shared.mirrors.get(held.run.project_id).await?;
        if mirror.tree_of(before).await? == snapshot.tree {
            return Ok(());
        }
        let base = Oid::parse(held.run.base_commit.as_deref().unwrap_or_default())
            .map_err(|_| crate::Error::NotFound { what: "base commit" })?;
        let file = self.shared.layout.run(held.run.id).join("snapshot.pack");
        remove_file(&file).await?;
        mirror.pack_snapshot(&base, &snapshot.commit, &file).await?;
        let content = Content {
            kind: "snapshot",
            name: "snapshot.pack",
            media_type: "application/x-git-pack",
            source: Source::File(&file),
        };
        self.attach(held, &mut finished.report, content).await?;
        remove_file(&file).await
    }

    /// Stores an artifact of this attempt and lists it in the report.
    pub(super) async fn attach(
        &self,
        held: &Held,
        report: &mut AttemptReport,
        content: Content<'_>,
    ) -> Result<()> {
        let artifact =
            self.artifacts().store(held.run.id, &held.attempt.step, held.attempt.attempt, content).await?;
        report.artifacts.push(artifact);
        Ok(())
    }
}

fn result_of(ended: &Ended, log_bytes: u64, before: Option<&Oid>) -> AttemptResult {
    AttemptResult {
        exit_code: match ended.exit {
            Exit::Code(code) => Some(code),
            Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled | Exit::NotStarted { .. } => None,
        },
        duration_ms: Some(u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX)),
        commit_before: before.map(Oid::to_string),
        confinement: Some(
            match ended.confinement.level {
                Level::Full => "full",
                Level::Partial => "partial",
                Level::None => "none",
            }
            .to_owned(),
        ),
        confinement_detail: ended.confinement.detail.clone(),
        log_bytes: Some(log_bytes),
        ..AttemptResult::default()
    }
}

/// The failure that an exit stands for; `None` when the process exited with 0.
pub fn exit_failure(step: &Step, ended: &Ended) -> Option<StepFailure> {
    let key = &step.key;
    let is_agent = step.kind.as_str() == "agent";
    let (reason, detail) = match &ended.exit {
        Exit::Code(0) => return None,
        Exit::Code(code) if is_agent => {
            (FailureReason::AgentFailed, format!("The agent of the step {key} exited with code {code}."))
        }
        Exit::Code(code) => {
            (FailureReason::CommandFailed, format!("The command of the step {key} exited with code {code}."))
        }
        Exit::Signal(signal) => (
            FailureReason::CommandSignalled,
            format!("The process of the step {key} was ended by signal {signal}."),
        ),
        Exit::TimedOut => {
            let limit = Duration::from_millis(step.timeout_ms);
            (FailureReason::StepTimeout, format!("The step {key} ran longer than its timeout of {limit:?}."))
        }
        Exit::Cancelled => (FailureReason::CommandSignalled, format!("The step {key} was told to end.")),
        Exit::NotStarted { reason: NotStarted::CommandNotFound, detail } => {
            (FailureReason::CommandNotFound, format!("The step {key} could not be started: {detail}."))
        }
        Exit::NotStarted { reason: NotStarted::PermissionDenied | NotStarted::Other, detail } => {
            (FailureReason::CommandFailed, format!("The step {key} could not be started: {detail}."))
        }
    };
    Some(StepFailure::new(reason, detail))
}

pub async fn remove_file(path: &std::path::Path) -> Result<()> {
    match fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
