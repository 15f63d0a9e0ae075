//! When a stream looks again, and what ends it from outside.

use crate::identity::{Principal, readmit};
use crate::metrics::OpenStream;
use crate::server::App;
use actix_web::web;
use domain::access::Visibility;
use domain::{Permission, ProjectId, RunId};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};

/// A stream that sent nothing for this long sends a comment.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// How soon the end of a token or session, or of a role, ends its streams when there is nothing to send.
const CREDENTIAL_EVERY: Duration = Duration::from_secs(3);

/// Why a stream goes on after a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// There may be something new.
    Look,
    /// The connection wants a sign of life.
    Heartbeat,
    /// The server ends, or the caller may read no more.
    End,
}

/// Waits for one stream.
pub struct Watch {
    pub app: web::Data<App>,
    caller: Principal,
    /// The project that the stream is about; absent: all that the caller may read.
    project: Option<ProjectId>,
    hints: broadcast::Receiver<RunId>,
    stopping: watch::Receiver<bool>,
    sent_at: Instant,
    _open: OpenStream,
    proved_at: Instant,
}

impl Watch {
    /// Listens from now on: what was committed before is found by the first look.
    pub fn new(app: web::Data<App>, caller: Principal, project: Option<ProjectId>) -> Self {
        let hints = app.engine.hub().subscribe();
        let stopping = app.stopping.clone();
        let now = Instant::now();
        let _open = app.metrics.stream_opened();
        Self { app, caller, project, hints, stopping, sent_at: now, _open, proved_at: now }
    }

    /// Notes that something was sent.
    pub fn sent(&mut self) {
        self.sent_at = Instant::now();
    }

    /// Waits for a hint about `run` (absent: about any), at most for `poll`.
    pub async fn wait(&mut self, run: Option<RunId>, poll: Duration) -> Wake {
        let deadline = Instant::now() + poll;
        loop {
            if *self.stopping.borrow() {
                return Wake::End;
            }
            tokio::select! {
                changed = self.stopping.changed() => {
                    if changed.is_err() {
                        return Wake::End;
                    }
                }
                hint = self.hints.recv() => match hint {
                    Ok(hinted) if run.is_none_or(|run| run == hinted) => break,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return Wake::End,
                },
                () = sleep_until(deadline) => break,
            }
        }
        if !self.is_still_allowed().await {
            return Wake::End;
        }
        if self.sent_at.elapsed() >= HEARTBEAT_EVERY {
            self.sent();
            return Wake::Heartbeat;
        }
        Wake::Look
    }

    /// Whether the stream may go on; asks the store every few seconds.
    pub async fn is_still_allowed(&mut self) -> bool {
        self.proved_at.elapsed() < CREDENTIAL_EVERY || self.confirm().await
    }

    /// Whether the stream may go on, by what the store knows now.
    ///
    /// Asked after something was read and before it is sent: what was committed after the caller lost a credential or
    /// a role is then never sent.
    pub async fn confirm(&mut self) -> bool {
        self.proved_at = Instant::now();
        let store = self.app.engine.store();
        match readmit(store, &self.caller, Permission::ReadRuns, self.project).await {
            Ok(caller) => {
                self.caller = caller;
                true
            }
            Err(_) => false,
        }
    }

    /// What the caller may read, as it was last confirmed.
    pub fn visibility(&self) -> Visibility {
        self.caller.rights.visibility()
    }
}
