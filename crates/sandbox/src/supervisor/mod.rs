//! The process between server and step: it starts one, and outlives everything that one starts.
//!
//! It is single-threaded from start to end. That is what makes it sound to run code between fork and exec,
//! and it keeps "the parent died" and "the parent's thread ended" from being different things.

mod raw;
mod spawn;
mod sweep;
mod watch;

use crate::{Confinement, Ended, Exit, Level, NotStarted, frames};
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit};
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;
use watch::{Outcome, Watch};

/// Why the supervisor gave up without a report. The text goes into the step's log.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the supervisor could not prepare itself: {0}")]
    Prepare(#[source] io::Error),
    #[error("the launch could not be read: {0}")]
    Launch(#[source] frames::FrameError),
    #[error("the step's processes could not be watched: {0}")]
    Watch(#[source] io::Error),
    #[error("the end could not be reported: {0}")]
    Report(#[source] io::Error),
}

/// Runs one launch: the whole of `jido exec`.
///
/// Standard input is the control pipe (a launch, then nothing or a cancel; its end is the server's death),
/// standard output takes the [`Ended`] document, standard error is the step's output, for both its streams.
///
/// Call it first thing in `main`, single-threaded and with no file open: it closes every other file.
/// Exits with failure when there is no report.
pub fn supervise() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("[sandbox supervisor: {fault}]");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Fault> {
    let signals = prepare().map_err(Fault::Prepare)?;
    let mut control = control().map_err(Fault::Prepare)?;
    let launch = frames::decode(&mut control).map_err(Fault::Launch)?;
    let started = Instant::now();
    let ended = match spawn::spawn(&launch) {
        Err(failure) => Ended {
            exit: Exit::NotStarted { reason: failure.reason, detail: failure.detail },
            confinement: failure.confinement,
            duration: started.elapsed(),
            survivors_killed: 0,
        },
        Ok(step) => {
            let watch = Watch::new(control, signals, step.process, started, &launch);
            match watch.until_nothing_is_left().map_err(Fault::Watch)? {
                Outcome::ServerGone => return Ok(()),
                Outcome::Ended { exit, survivors_killed } => Ended {
                    exit,
                    confinement: step.confinement,
                    duration: started.elapsed(),
                    survivors_killed,
                },
            }
        }
    };
    let document = serde_json::to_vec(&ended).map_err(|error| Fault::Report(error.into()))?;
    let mut result = io::stdout().lock();
    result.write_all(&document).and_then(|()| result.flush()).map_err(Fault::Report)
}

/// Leaves the server's session, adopts what will be orphaned, and turns signals into something to wait for.
///
/// The kernel is not asked to signal this process at its parent's death: it would do so when the server's
/// thread ends that happened to start it. The control pipe has no such flaw.
fn prepare() -> io::Result<sweep::Signals> {
    raw::close_inherited_files();
    rustix::process::setsid()?;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    // The memory of this process holds the step's environment.
    rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    crate::process_table::entries()?;
    sweep::Signals::block()
}

/// Unbuffered, because the standard library's buffer would swallow a cancel that follows the launch closely.
fn control() -> io::Result<File> {
    Ok(File::from(rustix::stdio::stdin().try_clone_to_owned()?))
}

/// Why there is no step to watch.
#[derive(Debug)]
struct Failure {
    reason: NotStarted,
    detail: String,
    confinement: Confinement,
}

impl Failure {
    fn new(reason: NotStarted, detail: String) -> Self {
        let confinement =
            Confinement { level: Level::None, detail: vec!["the step was not started".to_owned()] };
        Self { reason, detail, confinement }
    }
}
