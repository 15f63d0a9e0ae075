//! The signals that end the server.

use crate::error::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a shell reports for a process that a signal ended.
const SIGNAL_BASE: i32 = 128;

#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on these signals are noticed, and no longer end the process by themselves.
    pub fn listen() -> Result<Self, Error> {
        let open = |kind| signal(kind).map_err(Error::io("listen for", "signals"));
        Ok(Self { terminate: open(SignalKind::terminate())?, interrupt: open(SignalKind::interrupt())? })
    }

    /// Waits for a signal and returns its name.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Ends the process at the next signal; steps then end because their supervisors lose the server.
    pub fn exit_at_the_next(mut self) {
        tokio::spawn(async move {
            let number = match self.next().await {
                "SIGTERM" => SignalKind::terminate().as_raw_value(),
                _ => SignalKind::interrupt().as_raw_value(),
            };
            std::process::exit(SIGNAL_BASE + number);
        });
    }
}
