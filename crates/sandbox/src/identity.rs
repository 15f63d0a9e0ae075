//! Naming a process so that a later one with the same number is not taken for it.

use crate::process_table::{self, State};
use serde::{Deserialize, Serialize};
use std::fs;

/// One process, for all time: numbers are used again, and start again after a reboot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessIdentity {
    pub pid: u32,
    /// Clock ticks between boot and the start of the process.
    pub start_ticks: u64,
    pub boot_id: String,
}

/// Returns the identity of the process that has this number now, or `None` when there is none.
pub fn process_identity(pid: u32) -> Option<ProcessIdentity> {
    let entry = process_table::entry(pid)?;
    Some(ProcessIdentity { pid, start_ticks: entry.start_ticks, boot_id: boot_id()? })
}

/// Tells whether exactly this process still runs. One that ended and was not reaped yet does not.
pub fn is_alive(identity: &ProcessIdentity) -> bool {
    boot_id().is_some_and(|boot_id| boot_id == identity.boot_id)
        && process_table::entry(identity.pid)
            .is_some_and(|entry| entry.start_ticks == identity.start_ticks && entry.state == State::Alive)
}

impl ProcessIdentity {
    /// The value of [`MARKER`] in the environment of the step under this supervisor.
    pub(crate) fn marker(&self) -> String {
        format!("{}.{}.{}", self.boot_id, self.pid, self.start_ticks)
    }

    /// Tells whether the machine has not been restarted since.
    pub(crate) fn is_of_this_boot(&self) -> bool {
        boot_id().is_some_and(|boot_id| boot_id == self.boot_id)
    }
}

/// The environment variable that names a step's supervisor to whoever looks for what it left behind.
pub(crate) const MARKER: &str = "JIDO_SUPERVISOR";

fn boot_id() -> Option<String> {
    Some(fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
}
