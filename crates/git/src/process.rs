//! Starting git and waiting for it.

use crate::error::{Error, Result};
use crate::invocation::Invocation;
use crate::output::{Finished, mask, read_bounded, read_tail};
use crate::settings;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);
/// How long git may take to remove its lock files once its time is over.
const GRACE: Duration = Duration::from_secs(2);

/// The git executable; cheap to clone.
#[derive(Debug, Clone)]
pub struct Git {
    program: PathBuf,
    search_path: OsString,
    timeout: Duration,
}

impl Git {
    /// Finds `git` on the server's search path.
    pub fn new() -> Result<Self> {
        let search_path = std::env::var_os("PATH").unwrap_or_else(|| settings::FALLBACK_PATH.into());
        let program = settings::find_git(&search_path).ok_or(Error::NotInstalled)?;
        Ok(Self { program, search_path, timeout: DEFAULT_TIMEOUT })
    }

    /// Sets the longest time that one call of git may take; the default is five minutes.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns the version as git prints it, for example `2.47.3`.
    pub async fn version(&self) -> Result<String> {
        let invocation = Invocation::new("tell its version", "/".as_ref()).arg("version");
        let operation = invocation.operation;
        let stdout = self.run(invocation).await?.stdout;
        let text = String::from_utf8_lossy(&stdout);
        let version = text.trim_end().strip_prefix("git version ");
        version.map(str::to_owned).ok_or_else(|| Error::output(operation, text.trim_end()))
    }

    /// Runs to the end; every exit code but zero is an error.
    pub(crate) async fn run(&self, invocation: Invocation) -> Result<Finished> {
        let finished = self.attempt(invocation).await?;
        if finished.succeeded() { Ok(finished) } else { Err(finished.into_error()) }
    }

    /// Runs to the end and leaves it to the caller what the exit code means.
    pub(crate) async fn attempt(&self, mut invocation: Invocation) -> Result<Finished> {
        let operation = invocation.operation;
        let limit_bytes = invocation.output_limit_bytes;
        let input = invocation.input.take();
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = self.spawn(&invocation, stdin)?;
        let mut group = ProcessGroup::of(&child);
        let work = converse(&mut child, input, limit_bytes);
        let (exit_code, stdout, stderr) = match tokio::time::timeout(self.timeout, work).await {
            Err(_) => {
                group.end(&mut child).await;
                return Err(Error::TimedOut { operation });
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                return Err(Error::TooLarge { operation, limit_bytes });
            }
            Ok(Err(source)) => return Err(Error::Io { operation, source }),
            Ok(Ok(conversation)) => conversation,
        };
        group.finished();
        let stderr = mask(&stderr, &invocation.secrets);
        tracing::debug!(operation, ?exit_code, "git finished");
        Ok(Finished { operation, exit_code, stdout, stderr })
    }

    fn spawn(&self, invocation: &Invocation, stdin: Stdio) -> Result<Child> {
        self.command(invocation).stdin(stdin).spawn().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound if !self.program.exists() => Error::NotInstalled,
            _ => Error::Io { operation: invocation.operation, source },
        })
    }

    fn command(&self, invocation: &Invocation) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&invocation.arguments)
            .current_dir(&invocation.directory)
            .env_clear()
            .env("PATH", &self.search_path)
            .envs(settings::ENVIRONMENT.iter().copied())
            .envs(invocation.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let fixed = settings::CONFIGURATION.iter().map(|&(name, value)| (name, value));
        let own = invocation.configuration.iter().map(|(name, value)| (*name, value.as_str()));
        let mut count = 0_usize;
        for (name, value) in fixed.chain(own) {
            command.env(format!("GIT_CONFIG_KEY_{count}"), name);
            command.env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        command
    }
}

/// Feeds the input, reads both outputs and waits; returns exit code, standard output, end of standard error.
async fn converse(
    child: &mut Child,
    input: Option<Vec<u8>>,
    limit_bytes: u64,
) -> io::Result<(Option<i32>, Vec<u8>, Vec<u8>)> {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let feed = async move {
        let (Some(mut stdin), Some(input)) = (stdin, input) else {
            return Ok(());
        };
        match stdin.write_all(&input).await {
            // Git may end without reading everything; its exit code says why.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    };
    let ((), stdout, stderr) = tokio::try_join!(feed, read_bounded(stdout, limit_bytes), read_tail(stderr))?;
    Ok((child.wait().await?.code(), stdout, stderr))
}

/// Kills git together with the helpers it started (ssh, index-pack) unless the call finished.
struct ProcessGroup(Option<Pid>);

impl ProcessGroup {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// Asks the group to end, so that git removes its lock files; what is left after that is killed on drop.
    async fn end(&mut self, child: &mut Child) {
        let asked = self.0.is_some_and(|leader| kill_process_group(leader, Signal::TERM).is_ok());
        if asked && tokio::time::timeout(GRACE, child.wait()).await.is_ok() {
            self.finished();
        }
    }

    /// The leader has been waited for: its number may belong to another process soon.
    fn finished(&mut self) {
        self.0 = None;
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.0
            && let Err(error) = kill_process_group(leader, Signal::KILL)
        {
            tracing::debug!(%error, "the process group of git was gone already");
        }
    }
}
