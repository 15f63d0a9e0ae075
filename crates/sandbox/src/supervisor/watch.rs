//! Waiting for the first of: the step's end, the deadline, a cancel, the server's death; then ending everything.

use super::sweep::{self, Children, Request, Signals};
use crate::{Exit, Launch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, WaitStatus};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

/// Killed processes wake this one when they end. The table is read again after this long all the same, for
/// those that were started while it was read.
const SWEEP_PERIOD: Duration = Duration::from_millis(50);

/// What the watch came to. In either case no descendant is left.
pub(super) enum Outcome {
    Ended {
        exit: Exit,
        survivors_killed: u32,
    },
    /// There is nobody to report to.
    ServerGone,
}

/// What ended the wait.
enum Cause {
    Finished(WaitStatus),
    TimedOut,
    Cancelled,
    ServerGone,
}

/// What has happened, besides children that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    Cancel,
    ServerGone,
}

pub(super) struct Watch {
    control: File,
    signals: Signals,
    process: Pid,
    /// `None` when it lies beyond what the clock can count.
    deadline: Option<Instant>,
    grace: Duration,
}

impl Watch {
    pub(super) fn new(
        control: File,
        signals: Signals,
        process: Pid,
        started: Instant,
        launch: &Launch,
    ) -> Self {
        Self { control, signals, process, deadline: started.checked_add(launch.timeout), grace: launch.grace }
    }

    /// Watches the step until its end, and then until nothing it started is left.
    pub(super) fn until_nothing_is_left(mut self) -> io::Result<Outcome> {
        let cause = match self.until_cause() {
            Ok(cause) => cause,
            Err(error) => {
                // Whatever went wrong, what runs must not go on unwatched.
                self.kill_all()?;
                return Err(error);
            }
        };
        let mut server = Event::Nothing;
        if matches!(cause, Cause::TimedOut | Cause::Cancelled) {
            sweep::terminate()?;
            server = self.until_gone_or_grace_is_over()?;
        }
        let survivors_killed = self.kill_all()?;
        let exit = match cause {
            Cause::Finished(status) => exit_of(status),
            Cause::TimedOut => Exit::TimedOut,
            Cause::Cancelled => Exit::Cancelled,
            Cause::ServerGone => return Ok(Outcome::ServerGone),
        };
        match server {
            Event::ServerGone => Ok(Outcome::ServerGone),
            Event::Nothing | Event::Cancel => Ok(Outcome::Ended { exit, survivors_killed }),
        }
    }

    fn until_cause(&mut self) -> io::Result<Cause> {
        loop {
            let mut finished = None;
            sweep::reap(|pid, status| {
                if pid == self.process {
                    finished = Some(status);
                }
            })?;
            if let Some(status) = finished {
                return Ok(Cause::Finished(status));
            }
            if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(Cause::TimedOut);
            }
            match self.wait_until(self.deadline)? {
                Event::Nothing => {}
                Event::Cancel => return Ok(Cause::Cancelled),
                Event::ServerGone => return Ok(Cause::ServerGone),
            }
        }
    }

    /// Lets processes end by themselves for the grace, unless the server dies meanwhile.
    fn until_gone_or_grace_is_over(&mut self) -> io::Result<Event> {
        let over = Instant::now().checked_add(self.grace);
        loop {
            if sweep::reap(|_, _| ())? == Children::None || over.is_some_and(|over| over <= Instant::now()) {
                return Ok(Event::Nothing);
            }
            // A second cancel asks for what is being done.
            if self.wait_until(over)? == Event::ServerGone {
                return Ok(Event::ServerGone);
            }
        }
    }

    /// Kills until the kernel says that there is no child, and returns how many processes it took.
    fn kill_all(&mut self) -> io::Result<u32> {
        let mut killed = HashSet::new();
        while sweep::reap(|_, _| ())? == Children::Left {
            killed.extend(sweep::kill()?);
            let mut sources = [PollFd::new(&self.signals.queue, PollFlags::IN)];
            wait_for(&mut sources, Some(Instant::now() + SWEEP_PERIOD))?;
            self.signals.take()?;
        }
        Ok(u32::try_from(killed.len()).unwrap_or(u32::MAX))
    }

    /// Waits for a child's end, a word or the death of the server, or the instant.
    fn wait_until(&mut self, instant: Option<Instant>) -> io::Result<Event> {
        let mut sources =
            [PollFd::new(&self.control, PollFlags::IN), PollFd::new(&self.signals.queue, PollFlags::IN)];
        wait_for(&mut sources, instant)?;
        let server_spoke = !sources[0].revents().is_empty();
        if self.signals.take()? == Request::End {
            return Ok(Event::Cancel);
        }
        if !server_spoke {
            return Ok(Event::Nothing);
        }
        // The only message after the launch is cancel.
        let mut word = [0; 1];
        Ok(if self.control.read(&mut word)? == 0 { Event::ServerGone } else { Event::Cancel })
    }
}

fn wait_for(sources: &mut [PollFd<'_>], instant: Option<Instant>) -> io::Result<()> {
    let left = instant.map(|instant| instant.saturating_duration_since(Instant::now()));
    // A wait too long for the kernel to count is one without end.
    let timeout = left.and_then(|left| Timespec::try_from(left).ok());
    match poll(sources, timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        // Only an ended process is reaped, so the raw value is for a reader of a log, never for a decision.
        (None, None) => Exit::Signal(status.as_raw()),
    }
}
