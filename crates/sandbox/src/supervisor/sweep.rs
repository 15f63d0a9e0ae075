//! Reaping and killing descendants until there are none.

use crate::process_table::{self, State};
use nix::sys::signal::{SigSet, Signal as Number};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait};
use std::collections::HashSet;
use std::io;

/// How often descendants are looked for while freezing; a bomb that is faster is killed unfrozen, and again.
const FREEZE_ROUNDS: u32 = 100;

/// Signals as events: a child has ended, or this process was asked to end.
pub(super) struct Signals {
    pub queue: SignalFd,
}

/// Whether this process was asked to end since it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    None,
    End,
}

impl Signals {
    /// A child inherits the blocked signals and must call [`unblock_all`].
    pub(super) fn block() -> io::Result<Self> {
        let mut mask = SigSet::empty();
        for signal in [Number::SIGCHLD, Number::SIGTERM, Number::SIGINT, Number::SIGHUP] {
            mask.add(signal);
        }
        mask.thread_block()?;
        Ok(Self { queue: SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)? })
    }

    /// Empties the queue.
    pub(super) fn take(&self) -> io::Result<Request> {
        let mut request = Request::None;
        while let Some(signal) = self.queue.read_signal()? {
            if signal.ssi_signo != Number::SIGCHLD as u32 {
                request = Request::End;
            }
        }
        Ok(request)
    }
}

/// Lets the calling process be signalled as any other: a step that keeps TERM blocked would never hear it.
pub(super) fn unblock_all() -> io::Result<()> {
    Ok(SigSet::empty().thread_set_mask()?)
}

/// What reaping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Children {
    Left,
    /// The kernel's own word. As every orphan becomes a child of this process, no child means no descendant.
    None,
}

/// Reaps all children that have ended and tells each to `ended`.
pub(super) fn reap(mut ended: impl FnMut(Pid, WaitStatus)) -> io::Result<Children> {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) => ended(pid, status),
            Ok(None) => return Ok(Children::Left),
            Err(Errno::CHILD) => return Ok(Children::None),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Asks all descendants to end; stopped ones are woken, or they would not hear it.
pub(super) fn terminate() -> io::Result<()> {
    for pid in living()? {
        send(pid, Signal::TERM);
        send(pid, Signal::CONT);
    }
    Ok(())
}

/// Kills every descendant there is now, and returns which.
///
/// They are stopped first, until a look finds no new one: killed one by one, a process that starts two
/// others for each that dies would win. Each is stopped as soon as it is found, because one that starts
/// another and ends, over and over, is gone by the time that all have been listed.
pub(super) fn kill() -> io::Result<HashSet<Pid>> {
    let mut frozen = HashSet::new();
    for _ in 0..FREEZE_ROUNDS {
        let known = frozen.len();
        process_table::chase(std::process::id(), |pid| {
            if let Some(pid) = pid_of(pid)
                && frozen.insert(pid)
            {
                send(pid, Signal::STOP);
            }
        });
        if frozen.len() == known {
            break;
        }
    }
    let doomed = living()?;
    for pid in &doomed {
        send(*pid, Signal::KILL);
    }
    Ok(doomed)
}

fn living() -> io::Result<HashSet<Pid>> {
    let descendants = process_table::descendants(std::process::id())?;
    Ok(descendants
        .into_iter()
        .filter(|entry| entry.state == State::Alive)
        .filter_map(|entry| pid_of(entry.pid))
        .collect())
}

fn pid_of(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// A process that has ended meanwhile is no error; its number is not used again before it is reaped, and
/// most of these are reaped by this process alone.
fn send(pid: Pid, signal: Signal) {
    let _ = kill_process(pid, signal);
}
