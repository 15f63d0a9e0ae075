//! What the server's configuration tells the engine.

use ipnet::IpNet;
use persistence::records::{EventRecord, RunRecord};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A coding agent's command line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Arguments, program first. The prompt comes by standard input.
    pub argv: Vec<String>,
    /// Names of the server's environment variables that the agent receives; their values are masked in logs.
    #[serde(default)]
    pub env_from: Vec<String>,
    /// Seconds; the step's own timeout applies too.
    #[serde(default)]
    pub timeout_seconds: Option<u64>,
    /// Files and folders beyond the workspace that the agent may read.
    #[serde(default)]
    pub readable: Vec<PathBuf>,
    /// Files and folders beyond the workspace that the agent may change, such as its own state folder.
    #[serde(default)]
    pub writable: Vec<PathBuf>,
}

/// What git authenticates with. It reaches git in fetch and ship only, never a step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credential {
    SshKey {
        key_file: PathBuf,
        #[serde(default)]
        known_hosts_file: Option<PathBuf>,
    },
    Token {
        username: String,
        token_file: PathBuf,
    },
}

/// Bounds on what runs may use.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one attempt's log; what exceeds it is dropped and labelled.
    pub log_bytes: u64,
    /// Bytes of one run's workspace.
    pub workspace_bytes: u64,
    /// Changed lines that may ship.
    pub diff_lines: u64,
    /// Bytes of one file that a step may write.
    pub file_bytes: u64,
    pub processes: u64,
    pub open_files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            log_bytes: 64 << 20,
            workspace_bytes: 8 << 30,
            diff_lines: 20_000,
            file_bytes: 4 << 30,
            processes: 4096,
            open_files: 4096,
        }
    }
}

/// How events reach the addresses that projects name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Networks beyond the public internet that messages may go to, unencrypted too.
    pub allow_networks: Vec<IpNet>,
    /// How long a receiver may take to answer.
    pub timeout_seconds: f64,
    /// The pauses after the first attempt and each later one; after the last of them a delivery is given up.
    pub retry_seconds: Vec<f64>,
    /// How long a replaced secret signs beside the new one.
    pub secret_overlap_seconds: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            allow_networks: Vec::new(),
            timeout_seconds: 10.0,
            retry_seconds: vec![5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0],
            secret_overlap_seconds: 86_400,
        }
    }
}

impl Webhooks {
    pub fn timeout(&self) -> Duration {
        Duration::try_from_secs_f64(self.timeout_seconds).unwrap_or(Duration::from_secs(10))
    }

    /// The pause before the next attempt; `None` once `tries` attempts were all. `jitter` is in `0.0..=1.0` and adds
    /// up to a tenth.
    pub fn pause_after(&self, tries: u32, jitter: f64) -> Option<Duration> {
        let index = usize::try_from(tries.checked_sub(1)?).ok()?;
        let seconds = self.retry_seconds.get(index)?;
        Duration::try_from_secs_f64(seconds * (1.0 + jitter / 10.0)).ok()
    }
}

/// An event of a run as clients see it.
pub type RenderEvent = fn(EventRecord, &RunRecord) -> Value;

/// How the engine works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Mirrors, workspaces, artifacts and logs lie beneath it.
    pub data_dir: PathBuf,
    /// The program that supervises steps: this executable.
    pub supervisor: PathBuf,
    pub agents: BTreeMap<String, Agent>,
    pub credentials: BTreeMap<String, Credential>,
    pub limits: Limits,
    pub webhooks: Webhooks,
    /// What messages say of an event: the API's own words.
    pub render_event: RenderEvent,
    /// Environment variables of the server that every step receives, such as `PATH`.
    pub step_env: BTreeMap<String, String>,
    /// Folders that every step may read or change beyond its workspace.
    pub readable: Vec<PathBuf>,
    pub writable: Vec<PathBuf>,
    /// Paths that no step may reach, beyond the data directory.
    pub denied: Vec<PathBuf>,
    /// How many steps run at once.
    pub max_live_steps: usize,
    /// How long a lease lasts without being renewed.
    pub lease: Duration,
    /// Between TERM and KILL.
    pub grace: Duration,
}
