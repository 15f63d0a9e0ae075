//! Taking up due work: claims, timers, orphans, shutdown.

use crate::Engine;
use crate::clock;
use crate::error::Result;
use crate::webhooks::wakes_at;
use domain::{RunId, Timestamp};
use persistence::commands::{
    Change, ClaimAttempts, Claimed, DueGates, GetRun, NextDue, OrphanedAttempts, ReleaseSlots, Workers,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often a node looks for work that another node may have made or left.
const SHARED_POLL: Duration = Duration::from_millis(500);
/// How long a lone node sleeps at most; everything that is due wakes it before.
const IDLE: Duration = Duration::from_secs(60);

/// The runs whose step this process works on. A run has one live step at most.
#[derive(Default)]
pub struct Live {
    tokens: Mutex<HashMap<RunId, CancellationToken>>,
}

impl Live {
    fn begin(&self, run: RunId, parent: &CancellationToken) -> CancellationToken {
        let token = parent.child_token();
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(run, token.clone());
        token
    }

    fn end(&self, run: RunId) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }

    pub fn count(&self) -> usize {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn cancel(&self, run: RunId) {
        if let Some(token) = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(&run) {
            token.cancel();
        }
    }
}

impl Engine {
    /// Works until `stop` is called; then ends live steps and returns.
    ///
    /// Work that was cut off is taken up again at the next start, by each step's contract.
    pub async fn run(&self) -> Result<()> {
        if self.store().is_shared() {
            let news = self.exchange_news();
            tokio::select! {
                done = self.work_until_stopped() => done,
                () = news => Ok(()),
            }
        } else {
            self.work_until_stopped().await
        }
    }

    async fn work_until_stopped(&self) -> Result<()> {
        if !self.store().is_shared() {
            // This process alone uses the database: whatever another one had leased is nobody's now.
            self.recover(OrphanedAttempts::NotOwnedBy(self.shared.owner.clone())).await;
            self.release_deliveries().await;
        }
        self.forget_owed_hints().await;
        self.sweep_workspaces().await;
        let slots = Arc::new(Semaphore::new(self.config().max_live_steps));
        let tasks = TaskTracker::new();
        let mut delivery = Some(clock::now());
        while !self.shared.stop.is_cancelled() {
            self.recover(OrphanedAttempts::Expired).await;
            self.expire_gates().await;
            if let Err(error) = self.claim(&slots, &tasks).await {
                tracing::error!(%error, "due work could not be claimed");
            }
            self.settle_hints().await;
            if delivery.is_some_and(|at| at <= clock::now()) {
                self.deliver_due(&tasks).await;
            }
            let wait;
            (wait, delivery) = self.until_next_due(&slots).await;
            tokio::select! {
                () = self.shared.due.notified() => {}
                () = tokio::time::sleep(wait) => {}
                () = self.shared.stop.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
        Ok(())
    }

    /// Ends the processes of a run whose row says that it is over.
    pub(crate) fn stop_steps_of(&self, run: RunId) {
        self.shared.live.cancel(run);
    }

    async fn claim(&self, slots: &Arc<Semaphore>, tasks: &TaskTracker) -> Result<()> {
        loop {
            let free = slots.available_permits();
            if free == 0 {
                return Ok(());
            }
            let claim = ClaimAttempts {
                owner: self.shared.owner.clone(),
                lease: self.config().lease,
                limit: i64::try_from(free).unwrap_or(i64::MAX),
            };
            let claimed = self.store().write(claim).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            for work in claimed {
                let Ok(permit) = Arc::clone(slots).try_acquire_owned() else {
                    break;
                };
                let engine = self.clone();
                tasks.spawn(async move {
                    engine.work(work).await;
                    drop(permit);
                    engine.shared.due.notify_one();
                });
            }
        }
    }

    async fn work(&self, claimed: Claimed) {
        let run = claimed.run.id;
        let cancel = self.shared.live.begin(run, &self.shared.stop);
        if let Err(error) = self.work_on(claimed, &cancel).await {
            // The lease runs out and the attempt is taken up again; nothing is lost.
            tracing::error!(%run, error = &error as &dyn std::error::Error, "a step was abandoned");
        }
        self.shared.live.end(run);
        self.release_slots(run).await;
        self.tidy(run).await;
    }

    /// Says that no process of the run is left here: a run that was cancelled holds its slot until then.
    async fn release_slots(&self, run: RunId) {
        match self.store().write(ReleaseSlots { run_id: run }).await {
            Ok(0) => {}
            Ok(_) => match self.store().read(GetRun { project_id: None, id: run }).await {
                Ok(run) => self.announce_news(&run),
                Err(error) => tracing::warn!(%run, %error, "a free slot could not be told of; polls find it"),
            },
            // The slot is free once the lease would have run out.
            Err(error) => tracing::warn!(%run, %error, "a slot could not be given back"),
        }
    }

    /// Gives attempts whose worker is gone back to the queue, or fails their runs, as their contracts say.
    async fn recover(&self, which: OrphanedAttempts) {
        let orphans = match self.store().read(which).await {
            Ok(orphans) => orphans,
            Err(error) => {
                tracing::error!(%error, "orphaned work could not be listed");
                return;
            }
        };
        for orphan in orphans {
            if let Err(error) = self.recover_one(&orphan).await {
                tracing::error!(run = %orphan.run.id, %error, "orphaned work could not be recovered");
            }
        }
    }

    async fn recover_one(&self, orphan: &Claimed) -> Result<()> {
        let attempt = &orphan.attempt;
        if let Some(process) = attempt.process.clone()
            && let Ok(identity) = serde_json::from_value::<sandbox::ProcessIdentity>(process)
        {
            // The old processes must be gone before the step may run again.
            let cleared = tokio::task::spawn_blocking(move || sandbox::kill_remains(&identity)).await;
            cleared.map_err(std::io::Error::other)??;
        }
        let owner = attempt.owner.clone().unwrap_or_default();
        tracing::warn!(run = %orphan.run.id, step = %attempt.step, "the worker of a step is gone");
        let fence = persistence::commands::Fence { attempt_id: attempt.id, owner, epoch: attempt.epoch };
        match self.change_fenced(&orphan.run, Change::Lose, fence).await {
            Ok(_) => self.tidy(orphan.run.id).await,
            // Somebody else recovered it, or it ended after all.
            Err(crate::Error::Store(persistence::Error::Fenced)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn expire_gates(&self) {
        let due = match self.store().read(DueGates { now: clock::now() }).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "expired gates could not be listed");
                return;
            }
        };
        for (run, approval_id) in due {
            match self.change(run, Change::ExpireGate { approval_id }, None, None).await {
                Ok(_) => self.tidy(run).await,
                Err(error) => tracing::warn!(%run, %error, "a gate could not be expired"),
            }
        }
    }

    /// How long to sleep, and when the next delivery that this node could make is due.
    async fn until_next_due(&self, slots: &Semaphore) -> (Duration, Option<Timestamp>) {
        let ceiling = if self.store().is_shared() { SHARED_POLL } else { IDLE };
        // A slot that becomes free rings; until then only leases, gates and deliveries can fall due.
        let workers = if slots.available_permits() == 0 { Workers::Busy } else { Workers::Free };
        let timers =
            match self.store().read(NextDue { workers, busy_webhooks: self.shared.under_way.busy() }).await {
                Ok(timers) => timers,
                Err(_) => return (Duration::from_secs(1), None),
            };
        let delivery = wakes_at(timers.delivery, self);
        let next = [timers.work, delivery, self.shared.backlog.next()].into_iter().flatten().min();
        let wait =
            next.map_or(ceiling, |at| at.since(clock::now()).max(Duration::from_millis(1)).min(ceiling));
        (wait, delivery)
    }

    /// Removes the workspace of a run that has ended.
    async fn tidy(&self, run: RunId) {
        match self.store().read(GetRun { project_id: None, id: run }).await {
            Ok(record) if record.status.is_terminal() => {
                let folder = self.shared.layout.run(run);
                if let Err(error) = remove_folder(&folder).await {
                    tracing::warn!(%run, %error, "a workspace could not be removed");
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%run, %error, "a run could not be read"),
        }
    }

    /// Removes workspaces of runs that ended while no server was there to do it.
    async fn sweep_workspaces(&self) {
        let Ok(mut folders) = tokio::fs::read_dir(self.shared.layout.runs()).await else {
            return;
        };
        while let Ok(Some(folder)) = folders.next_entry().await {
            if let Some(run) = folder.file_name().to_str().and_then(|name| RunId::parse(name).ok()) {
                self.tidy(run).await;
            }
        }
    }
}

async fn remove_folder(folder: &std::path::Path) -> std::io::Result<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
