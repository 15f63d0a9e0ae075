//! The server's side of one step: starting the supervisor, passing on output and cancel, taking its report.

use crate::{Ended, Launch, OutputSink, ProcessIdentity, frames, kill_remains, process_identity};
use std::io::{self, PipeReader};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

/// The most output that is handed on at a time, in bytes: what a pipe holds by default.
const CHUNK_BYTES: usize = 64 * 1024;

/// Starts steps by a supervisor executable.
#[derive(Debug, Clone)]
pub struct Sandbox {
    supervisor: PathBuf,
}

/// Why there is no report on a step. In every case its processes were told to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the supervisor could not be started")]
    Spawn(#[source] io::Error),
    #[error("the launch could not be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The step was cancelled for it, and none of its processes is left.
    #[error("the output could not be stored")]
    Output(#[source] io::Error),
    /// It was killed or failed; the reason, if it knew one, is in the output. What it left behind was killed.
    #[error(
        "the supervisor ended without a report ({status}), leaving {remains_killed} processes, now killed"
    )]
    SupervisorLost { status: ExitStatus, remains_killed: u32 },
    /// As [`Error::SupervisorLost`], but processes of the step may still run.
    #[error("the supervisor ended without a report ({status}) and what it left could not be cleared")]
    RemainsLeft {
        status: ExitStatus,
        #[source]
        source: io::Error,
    },
    #[error("the supervisor could not be waited for")]
    Wait(#[source] io::Error),
}

impl Sandbox {
    /// Takes the executable whose `exec` command is [`crate::supervise`].
    ///
    /// `/proc/self/exe` stays the same program when the file is replaced by an upgrade; a path does not.
    pub fn new(supervisor: PathBuf) -> Self {
        Self { supervisor }
    }

    /// Runs one step to its end.
    ///
    /// `on_start` is told the supervisor's identity before the step's process exists. Completing `cancel` ends
    /// the step (TERM, grace, KILL). Dropping the future ends it too, at once and without waiting.
    ///
    /// When this returns a report, no process of the step is left and all its output was handed to `output`.
    pub async fn run(
        &self,
        launch: Launch,
        output: &mut impl OutputSink,
        cancel: impl Future<Output = ()> + Send,
        on_start: impl FnOnce(ProcessIdentity),
    ) -> Result<Ended, Error> {
        let frame = frames::encode(&launch).map_err(Error::Encode)?;
        let (mut child, reader) = self.spawn().map_err(Error::Spawn)?;
        // Not reaped yet, so its number is still its own even if it has ended.
        let identity = child.id().and_then(process_identity);
        if let Some(identity) = identity.clone() {
            on_start(identity);
        }
        let (Some(control), Some(result)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::Spawn(io::ErrorKind::BrokenPipe.into()));
        };
        let (gone, supervisor_gone) = oneshot::channel();
        let (broken, sink_broken) = oneshot::channel();
        let report = async {
            let report = converse(control, result, frame, cancel, sink_broken).await;
            let status = child.wait().await;
            // The pump may have ended already; then it needs no telling.
            let _ = gone.send(());
            (report, status)
        };
        let ((report, status), pumped) = tokio::join!(report, pump(reader, output, supervisor_gone, broken));
        let status = status.map_err(Error::Wait)?;
        match report.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            None => Err(lost(status, identity).await),
            Some(ended) => pumped.map(|()| ended).map_err(Error::Output),
        }
    }

    fn spawn(&self) -> io::Result<(Child, pipe::Receiver)> {
        let (reader, writer): (PipeReader, _) = io::pipe()?;
        let child = Command::new(&self.supervisor)
            .arg("exec")
            // What the server was given (its database's password) is not the step's, nor its supervisor's.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(writer)
            .spawn()?;
        Ok((child, pipe::Receiver::from_owned_fd(reader.into())?))
    }
}

/// Sends the launch and, when asked to, the cancel; returns what the supervisor says, until it closes the pipe.
///
/// The control pipe stays open until then: closing it means that the server is gone.
async fn converse(
    mut control: ChildStdin,
    mut result: tokio::process::ChildStdout,
    frame: Vec<u8>,
    cancel: impl Future<Output = ()> + Send,
    sink_broken: oneshot::Receiver<()>,
) -> Option<Vec<u8>> {
    let speak = async {
        // A supervisor that does not listen any more has ended, which the other half finds out.
        let _ = control.write_all(&frame).await;
        tokio::select! {
            () = cancel => {}
            Ok(()) = sink_broken => {}
        }
        let _ = control.write_all(&[frames::CANCEL]).await;
        std::future::pending::<()>().await;
    };
    let mut report = Vec::new();
    tokio::select! {
        read = result.read_to_end(&mut report) => read.ok().map(|_| report),
        () = speak => None,
    }
}

/// Hands on the output until its end, or until the supervisor is gone and the pipe is empty.
///
/// The second matters when somebody outside the step holds the pipe open, to whom the step has passed it.
async fn pump(
    mut reader: pipe::Receiver,
    output: &mut impl OutputSink,
    mut supervisor_gone: oneshot::Receiver<()>,
    broken: oneshot::Sender<()>,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let stored = loop {
        tokio::select! {
            biased;
            _ = &mut supervisor_gone => return drain(&reader, &mut chunk, output).await,
            read = reader.read(&mut chunk) => match read {
                Ok(0) => return Ok(()),
                Ok(length) => {
                    if let Err(error) = output.append(&chunk[..length]).await {
                        break error;
                    }
                }
                Err(error) => break error,
            }
        }
    };
    let _ = broken.send(());
    // A full pipe would keep the step from ending within its grace.
    let discard = async { while !matches!(reader.read(&mut chunk).await, Ok(0) | Err(_)) {} };
    tokio::select! {
        () = discard => {}
        _ = supervisor_gone => {}
    }
    Err(stored)
}

/// Hands on what is in the pipe now, and not what somebody may yet add.
async fn drain(reader: &pipe::Receiver, chunk: &mut [u8], output: &mut impl OutputSink) -> io::Result<()> {
    let mut left = usize::try_from(rustix::io::ioctl_fionread(reader)?).unwrap_or(usize::MAX);
    while left > 0 {
        let room = left.min(chunk.len());
        match reader.try_read(&mut chunk[..room]) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                output.append(&chunk[..length]).await?;
                left -= length;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Clears up in the place of a supervisor that cannot.
async fn lost(status: ExitStatus, identity: Option<ProcessIdentity>) -> Error {
    let Some(identity) = identity else {
        return Error::SupervisorLost { status, remains_killed: 0 };
    };
    let cleared = tokio::task::spawn_blocking(move || kill_remains(&identity)).await;
    match cleared.map_err(io::Error::other).and_then(|cleared| cleared) {
        Ok(remains_killed) => Error::SupervisorLost { status, remains_killed },
        Err(source) => Error::RemainsLeft { status, source },
    }
}
