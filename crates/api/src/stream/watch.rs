//! When a stream looks again, and what ends it from outside.

use crate::identity::{Principal, is_live};
use crate::metrics::OpenStream;
use crate::server::App;
use actix_web::web;
use domain::RunId;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, sleep_until};

/// A stream that sent nothing for this long sends a comment.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// How soon the end of a token or session ends its streams.
const CREDENTIAL_EVERY: Duration = Duration::from_secs(3);

/// Why a stream goes on after a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// There may be something new.
    Look,
    /// The connection wants a sign of life.
    Heartbeat,
    /// The server ends, or the credential does.
    End,
}

/// Waits for one stream.
pub struct Watch {
    pub app: web::Data<App>,
    caller: Principal,
    hints: broadcast::Receiver<RunId>,
    stopping: watch::Receiver<bool>,
    sent_at: Instant,
    _open: OpenStream,
    proved_at: Instant,
}

impl Watch {
    /// Listens from now on: what was committed before is found by the first look.
    pub fn new(app: web::Data<App>, caller: Principal) -> Self {
        let hints = app.engine.hub().subscribe();
        let stopping = app.stopping.clone();
        let now = Instant::now();
        let _open = app.metrics.stream_opened();
        Self { app, caller, hints, stopping, sent_at: now, _open, proved_at: now }
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

    /// Whether the stream may go on: a revoked credential ends it, even while events keep coming.
    pub async fn is_still_allowed(&mut self) -> bool {
        if self.proved_at.elapsed() < CREDENTIAL_EVERY {
            return true;
        }
        self.proved_at = Instant::now();
        is_live(self.app.engine.store(), &self.caller).await.unwrap_or(false)
    }
}
