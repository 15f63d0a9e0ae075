//! What a supervisor that was itself killed may have left behind.

use crate::process_table::{self, Entry, State};
use crate::{ProcessIdentity, identity};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant};

/// How long killed processes may take to be gone; longer means stuck in the kernel (a dead disk).
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before the table is read again.
const PERIOD: Duration = Duration::from_millis(50);

/// How many looks in a row must find nothing. One is not enough: a process shows no environment while it
/// replaces its program, and one that is started while the table is read is not in it.
const CLEAR_LOOKS: u32 = 3;

/// Kills the supervisor and everything of its step that still runs, waits until it is gone, and returns how
/// many processes that were.
///
/// A living supervisor needs no such help: it ends by itself when its server does. This is for the one that
/// was killed (by an operator, for want of memory). The step's first process died with it; the others are
/// known by the session it led and by the marker in the environment they started with. A process that left
/// the session and started a program with another environment is not found.
///
/// # Errors
///
/// Fails when `/proc` cannot be read, and when processes remain after ten seconds. This function blocks.
pub fn kill_remains(supervisor: &ProcessIdentity) -> io::Result<u32> {
    if !supervisor.is_of_this_boot() {
        return Ok(0);
    }
    let started = Instant::now();
    let mut killed = BTreeSet::new();
    let mut clear_looks = 0;
    loop {
        let remains = remains_of(supervisor)?;
        if remains.is_empty() {
            clear_looks += 1;
            if clear_looks == CLEAR_LOOKS {
                return Ok(u32::try_from(killed.len()).unwrap_or(u32::MAX));
            }
            // No event tells that a process has finished replacing its program.
            std::thread::sleep(PERIOD);
            continue;
        }
        clear_looks = 0;
        if started.elapsed() > PATIENCE {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "killed processes do not end"));
        }
        for signal in [Signal::STOP, Signal::KILL] {
            for entry in &remains {
                if let Some(pid) = pid_of(entry) {
                    // One that has ended meanwhile is what is wanted.
                    let _ = kill_process(pid, signal);
                }
            }
        }
        killed.extend(remains.iter().map(|entry| (entry.pid, entry.start_ticks)));
        await_end(&remains[0]);
    }
}

fn remains_of(supervisor: &ProcessIdentity) -> io::Result<Vec<Entry>> {
    let marker = format!("{}={}", identity::MARKER, supervisor.marker());
    let own = std::process::id();
    let mut remains = process_table::entries()?;
    remains.retain(|entry| {
        entry.pid != own
            && entry.state == State::Alive
            // Numbers are used again only when no process or session has them, so an older process is another's.
            && entry.start_ticks >= supervisor.start_ticks
            && (is_of_session(entry, supervisor) || has_in_environment(entry, marker.as_bytes()))
    });
    Ok(remains)
}

/// The number of a session is not given to a new process while the session has members. So when its leader
/// is another process now, every member is that one's.
fn is_of_session(entry: &Entry, supervisor: &ProcessIdentity) -> bool {
    entry.session == supervisor.pid
        && process_table::entry(supervisor.pid)
            .is_none_or(|leader| leader.start_ticks == supervisor.start_ticks)
}

fn has_in_environment(entry: &Entry, variable: &[u8]) -> bool {
    std::fs::read(format!("/proc/{}/environ", entry.pid))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|found| found == variable))
}

fn pid_of(entry: &Entry) -> Option<Pid> {
    Pid::from_raw(i32::try_from(entry.pid).ok()?)
}

/// Waits for the end of one of the processes, for a moment; whatever comes of it, the table is read again.
fn await_end(entry: &Entry) {
    let Some(Ok(process)) = pid_of(entry).map(|pid| pidfd_open(pid, PidfdFlags::empty())) else {
        return;
    };
    let Ok(period) = Timespec::try_from(PERIOD) else {
        return;
    };
    let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&period));
}
