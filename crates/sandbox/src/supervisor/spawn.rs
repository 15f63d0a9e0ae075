//! Starting the step: its files, limits and confinement.

use super::{Failure, raw, sweep};
use crate::confine::{self, Enforced};
use crate::{Confinement, Launch, Limits, NotStarted, capabilities, identity, process_identity};
use landlock::RulesetCreated;
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, Resource, Rlimit, Signal};
use std::fs::File;
use std::io::{self, PipeWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where programs are looked for when the environment does not say, as the C library does.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The step's processes go first when memory runs out, not the server.
const OOM_SCORE: &[u8] = b"500";

pub(super) struct Step {
    pub process: Pid,
    pub confinement: Confinement,
}

/// Starts the step's process: in its own process group, confined, with nothing but its three standard files.
pub(super) fn spawn(launch: &Launch) -> Result<Step, Failure> {
    let found = find(launch)?;
    if !launch.cwd.is_dir() {
        let detail = format!("the working directory {} does not exist", launch.cwd.display());
        return Err(Failure::new(NotStarted::Other, detail));
    }
    let mut policy = confine::prepare(&launch.access);
    if launch.limits.max_processes.is_some() && rustix::process::geteuid().is_root() {
        policy.detail.push("the kernel does not limit the number of processes of root".to_owned());
    }
    let other = |error: io::Error| Failure::new(NotStarted::Other, error.to_string());
    let (mut prepared, report) = io::pipe().map_err(other)?;
    let mut command = command(launch).map_err(other)?;
    let supervisor = rustix::process::getpid();
    let mut child = ChildSetup { supervisor, limits: launch.limits, ruleset: policy.ruleset, report };
    raw::before_exec(&mut command, move || child.prepare());
    let spawned = command.spawn();
    // The command holds the end of the pipe that the child reports on, which would never be at its end.
    drop(command);
    let mut enforced = Vec::new();
    prepared.read_to_end(&mut enforced).map_err(other)?;
    let confinement = enforced.first().map(|byte| Enforced::from_byte(*byte).describe(policy.detail));
    match (spawned, confinement) {
        (Ok(child), Some(confinement)) => match i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            Some(process) => Ok(Step { process, confinement }),
            None => Err(Failure::new(NotStarted::Other, "the process has no number".to_owned())),
        },
        (Err(error), Some(confinement)) => Err(refused(&error, &found, confinement)),
        (Err(error), None) => {
            Err(Failure::new(NotStarted::Other, format!("the process could not be prepared: {error}")))
        }
        (Ok(_), None) => {
            Err(Failure::new(NotStarted::Other, "the process did not report its confinement".to_owned()))
        }
    }
}

fn command(launch: &Launch) -> io::Result<Command> {
    let output = rustix::stdio::stderr();
    let mut command = Command::new(&launch.argv[0]);
    command
        .args(&launch.argv[1..])
        .env_clear()
        .envs(&launch.env)
        .current_dir(&launch.cwd)
        .stdin(stdin_of(&launch.stdin)?)
        .stdout(output.try_clone_to_owned()?)
        .stderr(output.try_clone_to_owned()?);
    if let Some(identity) = process_identity(std::process::id()) {
        command.env(identity::MARKER, identity.marker());
    }
    Ok(command)
}

/// A file in memory rather than a pipe, because nobody would be there to fill a pipe that is read slowly.
fn stdin_of(bytes: &[u8]) -> io::Result<Stdio> {
    if bytes.is_empty() {
        return Ok(Stdio::null());
    }
    let mut file = File::from(memfd_create("stdin", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file.into())
}

/// What the child does to itself before it becomes the step.
struct ChildSetup {
    supervisor: Pid,
    limits: Limits,
    ruleset: Option<RulesetCreated>,
    report: PipeWriter,
}

impl ChildSetup {
    fn prepare(&mut self) -> io::Result<()> {
        rustix::process::setpgid(None, None)?;
        raw::reset_signal_handlers();
        sweep::unblock_all()?;
        // Should the supervisor be killed, at least this process dies with it.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        if rustix::process::getppid() != Some(self.supervisor) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        // Where `/proc` is read-only, the order in which processes are sacrificed stays as it was.
        let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
        limit(self.limits)?;
        rustix::thread::set_no_new_privs(true)?;
        capabilities::reduce()?;
        let enforced = self.ruleset.take().map_or(Enforced::Nothing, confine::enforce);
        self.report.write_all(&[enforced.to_byte()])
    }
}

fn limit(limits: Limits) -> io::Result<()> {
    for (resource, limit) in [
        (Resource::Core, Some(0)),
        (Resource::Fsize, limits.max_file_bytes),
        (Resource::Nofile, limits.max_open_files),
        (Resource::Nproc, limits.max_processes),
    ] {
        if let Some(limit) = limit {
            // A user cannot raise what was lowered before; the lower limit is the stricter one and stays.
            let inherited = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
            let limit = Some(limit.min(inherited));
            rustix::process::setrlimit(resource, Rlimit { current: limit, maximum: limit })?;
        }
    }
    Ok(())
}

/// Looks for the program before any confinement, so that "there is none" and "it may not be run" can be told apart.
fn find(launch: &Launch) -> Result<PathBuf, Failure> {
    let Some(name) = launch.argv.first() else {
        return Err(Failure::new(NotStarted::Other, "the command line is empty".to_owned()));
    };
    let found = if name.contains('/') {
        Some(launch.cwd.join(name)).filter(|path| path.exists())
    } else {
        let path = launch.env.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        std::env::split_paths(path)
            .map(|folder| launch.cwd.join(folder).join(name))
            .find(|path| path.is_file())
    };
    found.ok_or_else(|| Failure::new(NotStarted::CommandNotFound, format!("there is no command {name}")))
}

fn refused(error: &io::Error, found: &Path, confinement: Confinement) -> Failure {
    let (reason, detail) = match error.kind() {
        io::ErrorKind::NotFound => {
            (NotStarted::Other, format!("{} needs an interpreter that does not exist", found.display()))
        }
        io::ErrorKind::PermissionDenied => {
            (NotStarted::PermissionDenied, format!("{} may not be executed", found.display()))
        }
        _ => (NotStarted::Other, format!("{} could not be executed: {error}", found.display())),
    };
    Failure { reason, detail, confinement }
}
