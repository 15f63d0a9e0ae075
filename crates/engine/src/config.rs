//! What the server's configuration tells the engine.

use serde::Deserialize;
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
