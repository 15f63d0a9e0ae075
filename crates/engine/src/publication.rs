//! Hints that could not be given: each is on record as a diagnostic of its run, and given again until it succeeds.

use crate::Engine;
use crate::clock;
use domain::publication::{Channel, Fault, Reason, Resolution};
use domain::{RunId, Timestamp};
use persistence::commands::{
    Changed, Publication, RecordPublicationFailure, ResolvePublication, SupersedeHints,
};
use persistence::records::RunRecord;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Between the first failure and the second attempt; doubled after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Names a hint: the channel, the run, and the newest event that it announces.
type Hint = (Channel, RunId, i64);

/// The hints that this process owes.
#[derive(Default)]
pub struct Backlog(Mutex<BTreeMap<Hint, Owed>>);

#[derive(Debug, Clone)]
struct Owed {
    tries: u32,
    /// A failure that is not on record yet.
    fault: Option<Fault>,
    /// Given meanwhile; its diagnostic is still open.
    given: bool,
    next: Timestamp,
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Hint, Owed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, hint: Hint, fault: Fault) {
        let owed = Owed { tries: 1, fault: Some(fault), given: false, next: clock::now() };
        self.lock().insert(hint, owed);
    }

    /// A hint about a run makes every earlier one of the channel needless.
    fn given(&self, (channel, run, seq): Hint) {
        for (_, owed) in self.lock().range_mut((channel, run, 0)..=(channel, run, seq)) {
            owed.given = true;
            owed.next = clock::now();
        }
    }

    fn take_due(&self, now: Timestamp) -> BTreeMap<Hint, Owed> {
        let mut owed = self.lock();
        let (due, later) = std::mem::take(&mut *owed).into_iter().partition(|(_, owed)| owed.next <= now);
        *owed = later;
        due
    }

    fn put_back(&self, hint: Hint, owed: Owed) {
        self.lock().insert(hint, owed);
    }

    /// When the next hint is to be given again.
    pub fn next(&self) -> Option<Timestamp> {
        self.lock().values().map(|owed| owed.next).min()
    }
}

impl Engine {
    /// Wakes listeners and workers after a run was made.
    pub(crate) fn announce_created(&self, run: &RunRecord) {
        self.shared.metrics.run_started(u64::try_from(run.last_event_seq).unwrap_or(0));
        self.announce_news(run);
    }

    /// Wakes listeners and workers after a commit.
    pub(crate) fn committed(&self, changed: &Changed) {
        if changed.events_written > 0 {
            self.shared.metrics.run_changed(changed.run.status, u64::from(changed.events_written));
        }
        self.announce_news(&changed.run);
    }

    /// Wakes listeners and workers after another run's making cancelled this one, which is one event.
    pub(crate) fn superseded(&self, run: &RunRecord) {
        self.shared.metrics.run_changed(run.status, 1);
        self.announce_news(run);
    }

    /// Wakes listeners and workers: there is something new about the run.
    pub(crate) fn announce_news(&self, run: &RunRecord) {
        let hint = (Channel::InProcess, run.id, run.last_event_seq);
        match self.hub().publish(run.id) {
            Ok(()) => self.shared.backlog.given(hint),
            Err(fault) => self.owe(hint, fault),
        }
        self.shared.due.notify_one();
        if self.store().is_shared() {
            self.shared.news.add(run.id, run.last_event_seq);
        }
    }

    /// Tells other nodes of these runs, each up to its newest event.
    pub(crate) async fn tell_nodes(&self, news: &[(RunId, i64)]) {
        let announced = self.announce(news.iter().map(|(run, _)| *run)).await;
        for (run, seq) in news {
            let hint = (Channel::NodeNotifier, *run, *seq);
            match &announced {
                Ok(()) => self.shared.backlog.given(hint),
                Err(fault) => self.owe(hint, fault.clone()),
            }
        }
        if announced.is_err() {
            self.shared.due.notify_one();
        }
    }

    fn owe(&self, hint: Hint, fault: Fault) {
        tracing::warn!(channel = %hint.0, run = %hint.1, seq = hint.2, detail = fault.detail, "a hint could not be given");
        self.shared.metrics.publication_failed(hint.0);
        self.shared.backlog.add(hint, fault);
    }

    async fn announce(&self, runs: impl Iterator<Item = RunId>) -> Result<(), Fault> {
        let runs: Vec<RunId> = runs.collect();
        self.store().announce(&runs).await.map_err(|error| {
            let reason = match error {
                persistence::Error::Unavailable(_) => Reason::DatabaseUnavailable,
                _ => Reason::NotifierRefused,
            };
            Fault::new(reason, crate::error::with_causes(&error))
        })
    }

    /// Closes what an earlier process left open: its listeners are gone, and those of this one read the store.
    pub(crate) async fn forget_owed_hints(&self) {
        if let Err(error) = self.store().write(SupersedeHints { now: clock::now() }).await {
            tracing::warn!(%error, "diagnostics of an earlier process could not be closed");
        }
    }

    /// Puts failures on record, gives due hints again, and closes the diagnostics of those that succeeded. A failure to
    /// do so is tried again and harms no run.
    pub(crate) async fn settle_hints(&self) {
        let (to_try, others): (Vec<_>, Vec<_>) = self
            .shared
            .backlog
            .take_due(clock::now())
            .into_iter()
            .partition(|(_, owed)| owed.fault.is_none() && !owed.given);
        for (hint, owed) in others {
            self.record(hint, owed).await;
        }
        let nodes: Vec<RunId> = to_try
            .iter()
            .filter(|(hint, _)| hint.0 == Channel::NodeNotifier)
            .map(|(hint, _)| hint.1)
            .collect();
        let announced = if nodes.is_empty() { Ok(()) } else { self.announce(nodes.into_iter()).await };
        for (hint, mut owed) in to_try {
            let given =
                if hint.0 == Channel::NodeNotifier { announced.clone() } else { self.hub().publish(hint.1) };
            match given {
                Ok(()) => owed.given = true,
                Err(fault) => {
                    self.shared.metrics.publication_failed(hint.0);
                    owed.tries = owed.tries.saturating_add(1);
                    owed.fault = Some(fault);
                }
            }
            self.record(hint, owed).await;
        }
    }

    /// Writes what became of a hint; keeps it as long as it is owed or could not be written.
    async fn record(&self, hint: Hint, mut owed: Owed) {
        let now = clock::now();
        let publication = Publication { run_id: hint.1, seq: hint.2, channel: hint.0, sink_id: None };
        if let Some(fault) = owed.fault.take() {
            let failure = RecordPublicationFailure {
                id: clock::new_id(),
                publication: publication.clone(),
                fault: fault.clone(),
                now,
            };
            if let Err(error) = self.store().write(failure).await {
                tracing::warn!(%error, run = %hint.1, "a diagnostic could not be stored");
                owed.fault = Some(fault);
            }
        }
        if owed.given && owed.fault.is_none() {
            let resolution = Resolution::Delivered;
            match self.store().write(ResolvePublication { publication, resolution, now }).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, run = %hint.1, "a diagnostic could not be closed"),
            }
        }
        owed.next = now.plus(pause_after(owed.tries));
        self.shared.backlog.put_back(hint, owed);
    }
}

fn pause_after(tries: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}
