//! One running `postgres` process and the supervisor that ends it.

use crate::{
    Error,
    account::Account,
    folder::Folder,
    programs::{self, Programs},
};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    io::Write as _,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

const SUPERVISOR: &str = include_str!("supervise.sh");
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

/// Where and how a server runs; the same for every start of one cluster.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) programs: Programs,
    pub(crate) account: Account,
    pub(crate) folder: Folder,
    pub(crate) port: u16,
}

/// A supervisor with its server. Dropping it ends the server at once and removes the cluster's folder.
#[derive(Debug)]
pub(crate) struct Server {
    supervisor: Child,
    /// The pipe whose end of file tells the supervisor to clean up; `None` once it was closed.
    lifeline: Option<ChildStdin>,
}

impl Server {
    /// Starts the server and returns when it answers.
    pub(crate) fn start(setup: &Setup) -> Result<Self, Error> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SUPERVISOR, "supervise"]).arg(setup.folder.path()).arg(setup.folder.log());
        command.arg(setup.programs.path("postgres")).arg("-D").arg(setup.folder.data());
        command.arg("-k").arg(setup.folder.socket());
        command.args(["-h", "127.0.0.1", "-p", &setup.port.to_string()]);
        command.args(["-c", "fsync=on", "-c", "max_connections=200", "-c", "timezone=UTC"]);
        programs::isolate(&mut command, &setup.account, setup.folder.path());
        // Its own process group: an interrupt from the keyboard reaches the caller alone, and the supervisor
        // then cleans up.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut supervisor = command.spawn().map_err(|source| Error::Spawn { program: "/bin/sh", source })?;
        let lifeline = supervisor.stdin.take();
        let mut server = Self { supervisor, lifeline };
        server.wait_until_ready(setup)?;
        Ok(server)
    }

    /// Ends the server in order (a fast shutdown) and keeps the folder.
    pub(crate) fn halt(mut self) -> Result<(), Error> {
        if let Some(lifeline) = &mut self.lifeline {
            lifeline
                .write_all(b"INT\n")
                .map_err(|source| Error::Spawn { program: "the supervisor's shutdown", source })?;
        }
        self.wait_until_ended()
    }

    /// Ends the server at once and removes the folder.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.lifeline = None;
        self.wait_until_ended()
    }

    fn wait_until_ready(&mut self, setup: &Setup) -> Result<(), Error> {
        let began = Instant::now();
        let mut pause = Duration::from_millis(10);
        loop {
            if let Some(status) = self.ended() {
                return Err(Error::EndedEarly { status, log: setup.folder.log_end() });
            }
            let mut probe = setup.programs.command("pg_isready", &setup.account, setup.folder.path());
            // By the socket, which is this server's own: on the port another program might answer.
            probe.args(["--quiet", "-p", &setup.port.to_string(), "-h"]).arg(setup.folder.socket());
            let answer = probe.stdin(Stdio::null()).status();
            if answer.map_err(|source| Error::Spawn { program: "pg_isready", source })?.success() {
                return Ok(());
            }
            if began.elapsed() > READY_WITHIN {
                return Err(Error::NotReady { waited: READY_WITHIN, log: setup.folder.log_end() });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    fn wait_until_ended(&mut self) -> Result<(), Error> {
        let began = Instant::now();
        while self.ended().is_none() {
            if began.elapsed() > STOPPED_WITHIN {
                self.kill();
                return Err(Error::NotStopped { waited: STOPPED_WITHIN });
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.supervisor.try_wait().ok().flatten()
    }

    /// Kills the supervisor and the postmaster; the postmaster's children end by themselves when it is gone.
    fn kill(&mut self) {
        if let Some(group) = i32::try_from(self.supervisor.id()).ok().and_then(Pid::from_raw) {
            // A group that has just ended is no failure.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.supervisor.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("private-postgres: {error}");
        }
    }
}
