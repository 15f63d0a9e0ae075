//! The worker's loop over the attempts of one run.

use crate::Engine;
use crate::clock;
use crate::error::Result;
use domain::contract::{Pinned, StepKind};
use domain::failure::{FailureReason, StepFailure};
use persistence::commands::{AttemptReport, Change, ChangeRun, Changed, Claimed, Fence, RenewLease};
use persistence::records::{AttemptRecord, RunRecord};
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// An attempt that this worker holds and has begun.
pub struct Held {
    pub run: RunRecord,
    pub attempt: AttemptRecord,
    pub pinned: Arc<Pinned>,
}

impl Held {
    /// The claim that every write of this worker carries.
    pub fn fence(&self) -> Fence {
        fence_of(&self.attempt)
    }
}

fn fence_of(attempt: &AttemptRecord) -> Fence {
    let owner = attempt.owner.clone().unwrap_or_default();
    Fence { attempt_id: attempt.id, owner, epoch: attempt.epoch }
}

/// How an attempt ended, as its worker saw it.
pub enum End {
    Succeeded {
        outputs: Value,
        report: AttemptReport,
    },
    Failed {
        failure: StepFailure,
        report: AttemptReport,
    },
    /// The gate is open, or blocked: people go on.
    GateOpened(Box<Changed>),
    /// The supervisor was lost with the step; the contract says what follows.
    Lost,
    /// The run was cancelled or the server stops: nothing is reported.
    Abandoned,
}

impl Engine {
    /// Works on a claimed attempt, and on those that follow it, until somebody else must act.
    pub(crate) async fn work_on(&self, claimed: Claimed, cancel: &CancellationToken) -> Result<()> {
        let pinned = self.pinned_or_corrupt(&claimed.run).await?;
        let fence = fence_of(&claimed.attempt);
        let begun = self.with_lease(&fence, cancel, self.begin(&claimed, &pinned)).await;
        let Some(mut changed) = settled(begun)? else {
            return Ok(());
        };
        while let Some(attempt) = changed.live {
            let held = Held { run: changed.run, attempt, pinned: Arc::clone(&pinned) };
            let fence = held.fence();
            let began = Instant::now();
            let end = match self.with_lease(&fence, cancel, self.execute(&held, cancel)).await {
                Ok(end) => end,
                Err(error) => fault(&error)?,
            };
            self.shared.metrics.step_ended(kind_of(&held), end.outcome(), began.elapsed());
            let Some(next) = settled(self.report(&held, end).await)? else {
                return Ok(());
            };
            changed = next;
        }
        Ok(())
    }

    async fn execute(&self, held: &Held, cancel: &CancellationToken) -> Result<End> {
        let Some(step) = held.pinned.definition().step(&held.attempt.step) else {
            return Ok(End::failed(
                FailureReason::PinnedDocumentCorrupt,
                "The pinned definition lacks the step.",
            ));
        };
        match &step.kind {
            StepKind::Set(_) => {
                Ok(End::failed(FailureReason::Internal, "A set step is carried out in the store."))
            }
            StepKind::Command(command) => self.run_command(held, step, command, cancel).await,
            StepKind::Agent(agent) => self.run_agent(held, step, agent, cancel).await,
            StepKind::Test(test) => self.run_tests(held, step, test, cancel).await,
            StepKind::Approval(gate) => self.open_gate(held, gate).await,
            StepKind::Ship(ship) => self.ship(held, ship).await,
        }
    }

    async fn report(&self, held: &Held, end: End) -> Result<Option<Changed>> {
        let change = match end {
            End::Succeeded { outputs, report } => Change::Complete { outputs, report },
            End::Failed { failure, report } => Change::Fail { failure, jitter: clock::jitter(), report },
            End::Lost => Change::Lose,
            End::GateOpened(changed) => return Ok(Some(*changed)),
            End::Abandoned => return Ok(None),
        };
        self.change_fenced(&held.run, change, held.fence()).await.map(Some)
    }

    /// Commits a change on a worker's behalf and wakes whoever waits for the run.
    pub(crate) async fn change_fenced(
        &self,
        run: &RunRecord,
        change: Change,
        fence: Fence,
    ) -> Result<Changed> {
        let pinned = self.pinned_or_corrupt(run).await?;
        let reply = self
            .store()
            .write(ChangeRun {
                run_id: run.id,
                pinned,
                change,
                actor: None,
                fence: Some(fence),
                lease: self.config().lease,
                now: clock::now(),
                idempotency: None,
            })
            .await?;
        self.committed(&reply.value);
        Ok(reply.value)
    }

    /// Keeps the lease alive while the work goes on. A lost lease cancels the work.
    async fn with_lease<T>(
        &self,
        fence: &Fence,
        cancel: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> T {
        let renew = async {
            loop {
                tokio::time::sleep(self.config().lease / 3).await;
                let renewal = RenewLease { fence: fence.clone(), lease: self.config().lease };
                match self.store().write(renewal).await {
                    Ok(()) => {}
                    Err(persistence::Error::Fenced) => break,
                    Err(error) => tracing::warn!(%error, "a lease could not be renewed"),
                }
            }
            cancel.cancel();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            done = work => done,
            () = renew => unreachable!("the renewal never ends by itself"),
        }
    }
}

/// What the step is, in the words of definitions.
fn kind_of(held: &Held) -> &'static str {
    match held.pinned.definition().step(&held.attempt.step).map(|step| &step.kind) {
        None => "unknown",
        Some(StepKind::Set(_)) => "set",
        Some(StepKind::Command(_)) => "command",
        Some(StepKind::Agent(_)) => "agent",
        Some(StepKind::Test(_)) => "test",
        Some(StepKind::Approval(_)) => "approval",
        Some(StepKind::Ship(_)) => "ship",
    }
}

impl End {
    const fn outcome(&self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { .. } => "failed",
            Self::GateOpened(_) => "gate_opened",
            Self::Lost => "lost",
            Self::Abandoned => "abandoned",
        }
    }

    pub fn failed(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self::Failed { failure: StepFailure::new(reason, detail), report: AttemptReport::default() }
    }

    /// A failure that came between the step and its report: what the step did and wrote is not on record.
    fn unreported(reason: FailureReason, detail: impl Into<String>) -> Self {
        let failure = StepFailure::new(reason, detail).without("log").without("exit_code");
        Self::Failed { failure, report: AttemptReport::default() }
    }
}

/// `None` when the lease is gone: somebody cancelled the run or took the attempt over, and this worker has no say.
fn settled<T>(result: Result<impl Into<Option<T>>>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(value.into()),
        Err(crate::Error::Store(persistence::Error::Fenced)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A fault of the shell becomes a typed failure of the step, unless the store itself is gone.
fn fault(error: &crate::Error) -> Result<End> {
    Ok(match error {
        crate::Error::Git(git) => {
            let failure = super::begin::git_failure(git, FailureReason::SnapshotFailed);
            End::Failed { failure, report: AttemptReport::default() }
        }
        crate::Error::Io(io) if io.kind() == std::io::ErrorKind::StorageFull => {
            End::unreported(FailureReason::WorkspaceFull, format!("The server's disk is full: {io}."))
        }
        crate::Error::Io(io) => {
            let detail = format!("The server could not use its files: {io}.");
            End::unreported(FailureReason::StorageFailed, detail)
        }
        crate::Error::ArtifactCorrupt => {
            End::unreported(FailureReason::StorageFailed, "A stored file is missing or was altered.")
        }
        crate::Error::Store(persistence::Error::Fenced) => End::Abandoned,
        other => {
            tracing::error!(error = other as &dyn std::error::Error, "a step met a fault of the server");
            End::unreported(
                FailureReason::Internal,
                "The server met a fault of its own; its log names the cause.",
            )
        }
    })
}
